import { createQueueInspector } from '@hopsmeter/queue';
import { createOracle } from '../harness/oracle.ts';
import { createRandom } from '../harness/random.ts';
import { createBatchMaker } from './chaos-batch.ts';
import { type ChaosClient, startChaosClient } from './chaos-client.ts';
import { type ChaosStack, type ChaosStackOptions, startChaosStack } from './chaos-stack.ts';
import { applyChange, type ChaosWorld, createChaosWorld } from './chaos-world.ts';
import { type Check, checkAll } from './check.ts';
import { type Drain, drain } from './drain.ts';
import { createEventSource, type Expectation } from './event-source.ts';
import type { FaultContext, FaultKind } from './faults/fault.ts';
import { type PlannedFault, type PlanOptions, planFaults } from './plan.ts';
import { startRecordedWatch } from './recorded-watch.ts';
import { type MadeFault, runPlan } from './run-plan.ts';
import { createTally, type Tally } from './tally.ts';

export type ChaosOptions = PlanOptions &
  Pick<ChaosStackOptions, 'mains'> & {
    readonly ingests: number;
    readonly workers: number;
    /** Of all clients together; they make so many whether they can be sent or not. */
    readonly eventsPerSecond: number;
    readonly faults: (stack: ChaosStack, world: ChaosWorld) => readonly FaultKind[];
    readonly onPlan?: (plan: readonly PlannedFault[]) => void;
    /** Told what is being done. */
    readonly report?: (message: string) => void;
    /** Ends the faults early; everything else still happens. */
    readonly signal?: AbortSignal;
    /** Default {@link DRAIN_WITHIN_MS}. */
    readonly drainWithinMs?: number;
  };

/** What came of a run. */
export type ChaosOutcome = {
  readonly planned: number;
  readonly made: readonly MadeFault[];
  readonly tally: Tally;
  readonly drain: Drain;
  readonly checks: readonly Check[];
  readonly isExact: boolean;
};

/** A plan of three minutes may take as much longer as this says, before its rest is left out. */
const BEHIND_MAX = 1.5;

/** A word about the progress after so many faults: each minute or so. */
const PROGRESS_EVERY = 100;

/** Two for each of two clusters. */
const CLIENTS = 4;

/**
 * After the last fault: the longest back-off of the workers is 5 s, a job comes back 10 s after its worker died, parked
 * events and prices take their turn within 60 s; the rest is the backlog of a minute's outage on a busy machine.
 */
const DRAIN_WITHIN_MS = 180_000;

/** Breaks the whole pipeline by a plan while clients send, mends it, and looks whether every promise was kept. */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const { report = () => undefined, signal = new AbortController().signal } = options;
  const tally = createTally();
  report('starting Postgres, Redis, proxies and services');
  const stack = await startChaosStack({ ...options, tally });
  const inspector = createQueueInspector({ redisUrl: stack.redis.url, logger: quiet });
  try {
    const world = await createChaosWorld(stack.pool);
    const kinds = options.faults(stack, world);
    const plan = planFaults(kinds, options);
    options.onPlan?.(plan);
    const { clients, expectation } = startClients(options, stack, world, tally);
    const watch = startRecordedWatch(stack.pool, (requestIds) => {
      tally.noteRecorded();
      for (const requestId of requestIds) clientOf(clients, requestId)?.noteRecorded(requestId);
    });
    const context: FaultContext = { stack, world, clients, tally };
    report(`making ${plan.length} faults`);
    try {
      const made = await runPlan(plan, kinds, context, {
        untilMs: options.minutes * 60_000 * BEHIND_MAX,
        signal,
        onMade: (count) => {
          if (count % PROGRESS_EVERY === 0) report(`${count} of ${plan.length} faults made and mended`);
        },
      });
      report(`${made.length} of them were made, everything is mended, waiting for the pipeline to come to rest`);
      for (const change of world.changes) await applyChange(stack.pool, change);
      for (const client of clients) client.stopMaking();
      const drained = await drain(stack.pool, inspector, clients, options.drainWithinMs ?? DRAIN_WITHIN_MS);
      report('checking');
      const checks = await checkAll({
        pool: stack.checkPool,
        clients,
        expectation,
        queue: drained.queue,
        problems: tally.problems(),
      });
      const all = [describeDrain(drained, options.drainWithinMs ?? DRAIN_WITHIN_MS), ...checks];
      return {
        planned: plan.length,
        made,
        tally,
        drain: drained,
        checks: all,
        isExact: all.every(({ isKept }) => isKept),
      };
    } finally {
      await watch.close();
      for (const client of clients) await client.close();
    }
  } finally {
    await inspector.close();
    await stack.close();
  }
}

function startClients(
  { seed, eventsPerSecond }: ChaosOptions,
  stack: ChaosStack,
  chaosWorld: ChaosWorld,
  tally: Tally,
): { readonly clients: readonly ChaosClient[]; readonly expectation: Expectation } {
  const { world, lateProjects, keyOf } = chaosWorld;
  const expectation: Expectation = { oracle: createOracle(world), counted: new Map(), parked: new Map() };
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const clusterId = world.clusters[index % world.clusters.length]?.id ?? '';
    const name = `client-${index}`;
    const prefix = `${name}-`;
    const random = createRandom(seed * CLIENTS + index);
    const source = createEventSource({
      random,
      world,
      clusterId,
      lateProject: lateProjects.find((project) => project.clusterId === clusterId),
      prefix,
      expectation,
      onSpecial: (what) => tally.count(what),
    });
    return startChaosClient({
      name,
      clusterId,
      random,
      batches: createBatchMaker({ random, source, clusterId, prefix, tally }),
      key: () => keyOf(clusterId),
      urls: stack.clientUrls,
      older: stack.older,
      eventsPerSecond: eventsPerSecond / CLIENTS,
      tally,
    });
  });
  return { clients, expectation };
}

function clientOf(clients: readonly ChaosClient[], requestId: string): ChaosClient | undefined {
  return clients.find(({ name }) => requestId.startsWith(`${name}:`));
}

function describeDrain({ isDone, tookMs, left }: Drain, withinMs: number): Check {
  const took = `${(tookMs / 1_000).toFixed(1)} s`;
  return {
    promise: `everything is done ${withinMs / 1_000} s after the last fault`,
    isKept: isDone,
    detail: isDone ? took : `after ${took}: ${left}`,
  };
}

/** What is odd about the queue is seen by the checks. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
