import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createWorld, one } from '../harness/world.ts';
import { callsEvent } from './calls-event.ts';
import { BATCH_EVENTS, createWellBehavedClient, postBody, type WellBehavedClient } from './well-behaved-client.ts';

/** A few per cent of what two cores take with everything on them, so that it is the limit that is tested, not the machine. */
const EVENTS_PER_SECOND = 5_000;

const NOISY_CONNECTIONS = 16;
const NOISY_BATCH_EVENTS = 1_000;

/** Medians of so many rounds, and of more where the machine does other things beside some of them. */
const ROUNDS_MIN = 5;
const ROUNDS_MAX = 13;
const ROUND_MS = 2_000;

/** Below it twice as long is what the machine does by itself: a quiet request alone takes 5 ms, or 50 on a busy machine. */
const FLOOR_MS = 50;

let pipeline: Pipeline;
let quiet: WellBehavedClient;
const agent = new Agent({ keepAlive: true });
let postNoise: () => Promise<number>;

beforeAll(async () => {
  pipeline = await startPipeline({ ingestSettings: { INGEST_KEY_EVENTS_PER_SECOND: String(EVENTS_PER_SECOND) } });
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
  quiet = createWellBehavedClient(url, quietCluster, quietProject, { everyMs: 5, connectionsMax: 20 });
  const events = Array.from({ length: NOISY_BATCH_EVENTS }, (_, i) => callsEvent(noisyProject, `noise-${i}`));
  const noise = Buffer.from(JSON.stringify(events));
  postNoise = () => postBody(url, noisyCluster.key, noise, agent);
});

afterAll(async () => {
  quiet?.close();
  agent.destroy();
  await pipeline?.close();
});

it('a cluster that sends without a pause costs a quiet one at most twice its time', { timeout: 180_000 }, async () => {
  await quiet.during(delay(1_000));
  const alone: number[] = [];
  const beside: number[] = [];
  const noiseStatuses = new Map<number, number>();
  let quietBatches = 0;
  const rest = () => pipeline.drain(quietBatches * BATCH_EVENTS + (noiseStatuses.get(202) ?? 0) * NOISY_BATCH_EVENTS);
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const silent = await quiet.during(delay(ROUND_MS));
    const { stop, hasBegun } = startNoise(noiseStatuses);
    // What it did not use while it was silent it may send at once; from then on it is limited.
    await hasBegun;
    await rest();
    const loud = await quiet.during(delay(ROUND_MS));
    await stop();
    await rest();
    for (const { statuses } of [silent, loud]) expect([...statuses.keys()]).toEqual([202]);
    quietBatches += (silent.statuses.get(202) ?? 0) + (loud.statuses.get(202) ?? 0);
    alone.push(silent.p99Ms);
    beside.push(loud.p99Ms);
    if (round >= ROUNDS_MIN && medianOf(beside) < mostFor(alone)) break;
  }
  expect([...noiseStatuses.keys()].sort()).toEqual([202, 429]);
  expect(medianOf(beside)).toBeLessThan(mostFor(alone));
});

/** Sends from many connections, each as soon as it has its answer, whatever that says. */
function startNoise(statuses: Map<number, number>): { hasBegun: Promise<unknown>; stop: () => Promise<unknown> } {
  let isOver = false;
  let refused: () => void;
  const hasBegun = new Promise<void>((resolve) => {
    refused = resolve;
  });
  const sending = Array.from({ length: NOISY_CONNECTIONS }, async () => {
    while (!isOver) {
      const status = await postNoise();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 429) refused();
    }
  });
  return {
    hasBegun,
    stop: () => {
      isOver = true;
      return Promise.all(sending);
    },
  };
}

function mostFor(alone: readonly number[]): number {
  return Math.max(FLOOR_MS, 2 * medianOf(alone));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
