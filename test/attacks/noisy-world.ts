import { Agent } from 'node:http';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createWorld, one } from '../harness/world.ts';
import { callsEvent } from './calls-event.ts';
import { BATCH_EVENTS, createWellBehavedClient, postBody, type WellBehavedClient } from './well-behaved-client.ts';

/**
 * A few per cent of what two cores take with everything on them, so that it is the limit that is met, not the machine.
 */
const EVENTS_PER_SECOND = 5_000;

const NOISY_CONNECTIONS = 16;
const NOISY_BATCH_EVENTS = 1_000;

/** How often each status was answered. */
export type Statuses = ReadonlyMap<number, number>;

/** Two clusters at one ingest: a quiet one, and one that sends without a pause whatever the answers say. */
export type NoisyWorld = {
  readonly pipeline: Pipeline;
  readonly quiet: WellBehavedClient;
  /** Answers to the noisy cluster so far. */
  readonly noise: Statuses;
  /** Begins to send; `heldBack` resolves with the first 429: from then on the noisy cluster is limited. */
  startNoise(): { readonly heldBack: Promise<void>; stop(): Promise<void> };
  /** Waits until all that was acknowledged is recorded. */
  drain(quietBatches: number): Promise<unknown>;
  close(): Promise<void>;
};

export async function startNoisyWorld(): Promise<NoisyWorld> {
  const pipeline = await startPipeline({
    isDurable: true,
    ingestSettings: { INGEST_KEY_EVENTS_PER_SECOND: String(EVENTS_PER_SECOND) },
  });
  const world = await createWorld(pipeline.pool, {
    clusters: 2,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  const { url } = one(pipeline.ingests);
  const [noisyCluster, quietCluster] = world.clusters;
  const [noisyProject, quietProject] = world.projects;
  if (
    noisyCluster === undefined ||
    quietCluster === undefined ||
    noisyProject === undefined ||
    quietProject === undefined
  )
    throw new Error('expected two clusters');
  const quiet = createWellBehavedClient(url, quietCluster, quietProject, { everyMs: 5, connectionsMax: 20 });
  const events = Array.from({ length: NOISY_BATCH_EVENTS }, (_, i) => callsEvent(noisyProject, `noise-${i}`));
  const body = Buffer.from(JSON.stringify(events));
  const agent = new Agent({ keepAlive: true });
  const noise = new Map<number, number>();
  return {
    pipeline,
    quiet,
    noise,
    startNoise() {
      let isOver = false;
      let hold = (): void => undefined;
      const heldBack = new Promise<void>((resolve) => {
        hold = resolve;
      });
      const sending = Array.from({ length: NOISY_CONNECTIONS }, async () => {
        while (!isOver) {
          const status = await postBody(url, noisyCluster.key, body, agent);
          noise.set(status, (noise.get(status) ?? 0) + 1);
          if (status === 429) hold();
        }
      });
      return {
        heldBack,
        async stop() {
          isOver = true;
          await Promise.all(sending);
        },
      };
    },
    drain: (quietBatches) => pipeline.drain(quietBatches * BATCH_EVENTS + (noise.get(202) ?? 0) * NOISY_BATCH_EVENTS),
    async close() {
      quiet.close();
      agent.destroy();
      await pipeline.close();
    },
  };
}
