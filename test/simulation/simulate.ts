import { randomUUID } from 'node:crypto';
import { createGroupCommit } from '@hopsmeter/ingest/group-commit';
import { decodeBatch } from '@hopsmeter/queue';
import { isDeferred, MICROS_PER_HOUR, parseEvent, type UsageEvent } from '@hopsmeter/usage';
import { createBatchCombiner } from '@hopsmeter/worker/batch-combiner';
import { createBatchRecorder } from '@hopsmeter/worker/batch-recorder';
import { createDirectoryCache } from '@hopsmeter/worker/directory-cache';
import { createRandom } from '../harness/random.ts';
import { findBrokenPromises } from './broken-promises.ts';
import { createProcess, type SimulatedProcess } from './process.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { createQueue, type SimulatedJob } from './simulated-queue.ts';
import { createStore } from './simulated-store.ts';
import { CLUSTER_ID, changeWorld, cloudEvent, createWorldSnapshot, NOW } from './simulated-world.ts';

export type SimulationOptions = {
  readonly seed: number;
  /** Whoever has to wait between two attempts is told how. */
  readonly onSchedule: (schedule: Schedule) => void;
  /** A store that counts every delivery: a control that must fail. */
  readonly withoutDedup?: boolean;
  /** An ingest that answers before the queue has the batch: a control that must fail. */
  readonly answersEarly?: boolean;
};

const CLIENTS = 3;
const INGESTS = 2;
const WORKERS = 2;
const JOBS_AT_ONCE = 4;

/** Fewer than jobs, so that batches are recorded together. */
const STATEMENTS_AT_ONCE = 2;
/** Faults come for so many steps of the crew that makes them; afterwards everything must come to rest. */
const TROUBLES = 12;

/**
 * Clients, two ingests, a queue, two workers and a store in one process, without any I/O: the real group commit, codec,
 * plan and recorder between fakes that lose answers, deliver twice and in any order, and die between any two steps.
 *
 * @returns what is wrong in the end; nothing when every promise held.
 */
export async function simulate(options: SimulationOptions): Promise<readonly string[]> {
  const { seed, onSchedule, withoutDedup = false, answersEarly = false } = options;
  const random = createRandom(seed);
  const schedule = createSchedule(random);
  onSchedule(schedule);
  let faultPercent = random.int(30);
  const queue = createQueue(random, () => faultPercent);
  const store = createStore({
    random,
    faultPercent: () => faultPercent,
    directory: createWorldSnapshot(1),
    withoutDedup,
  });
  const acknowledged: UsageEvent[] = [];
  let clientsAtWork = 0;
  let isCalm = false;
  /** Of the host that each ingest runs on; a new process finds it as the old one left it. */
  const clocks = Array.from({ length: INGESTS }, () => NOW);

  const createIngest = (place: number) => {
    const process = createProcess(schedule);
    const add = (batch: Parameters<typeof queue.add>[0]): Promise<void> => {
      const added = process.call(() => queue.add(batch));
      if (!answersEarly) return added;
      added.catch(() => undefined);
      return Promise.resolve();
    };
    return { process, group: createGroupCommit({ add }), now: () => clocks[place] ?? NOW };
  };
  type Ingest = ReturnType<typeof createIngest>;
  const ingests = Array.from({ length: INGESTS }, (_, place) => createIngest(place));

  const commit = async (ingest: Ingest, receivedAt: number, events: readonly UsageEvent[]): Promise<void> => {
    const request = {
      requestId: randomUUID(),
      clusterId: CLUSTER_ID,
      clusterKeyId: randomUUID(),
      receivedAt,
      eventCount: events.length,
    };
    // As ingest does: what holds nothing is answered without a job.
    if (events.length > 0)
      await Promise.race([ingest.group.commit({ request, events, bytes: 100 * events.length }), ingest.process.death]);
    await schedule.step();
    if (random.chance(faultPercent)) throw new Error('the answer is lost');
  };

  const runClient = async (client: number): Promise<void> => {
    clientsAtWork += 1;
    for (let batch = 0; batch < 2; batch++) {
      const values = Array.from({ length: 1 + random.int(4) }, (_, i) =>
        // Now and then an id that another batch has too, with the same content or another.
        cloudEvent(random, random.chance(15) ? 'shared' : `${client}-${batch}-${i}`),
      );
      for (;;) {
        const ingest = random.pick(ingests);
        await schedule.step();
        const receivedAt = ingest.now();
        const events = values.flatMap((value) => readEvent(value, receivedAt) ?? []);
        const isAnswered = await commit(ingest, receivedAt, events).then(
          () => true,
          () => false,
        );
        if (isAnswered) {
          acknowledged.push(...events);
          break;
        }
        await schedule.step();
      }
      if (random.chance(20)) batch -= random.int(2);
    }
    clientsAtWork -= 1;
    queue.wake();
  };

  const runWorker = (): SimulatedProcess => {
    const process = createProcess(schedule);
    const directories = createDirectoryCache(() => process.call(() => store.directory));
    const recorder = createBatchRecorder({
      store: {
        record: (batch) => process.call(() => store.record(batch)),
        tryRecord: () => Promise.reject(new Error('no event of the simulation is refused by the store')),
        // Every event of the simulation has a window.
        readInstants: async () => new Map(),
      },
      directories,
      onFailure: () => undefined,
    });
    const combiner = createBatchCombiner({ recorder, statementsMax: STATEMENTS_AT_ONCE, gatherMs: 0 });
    const inHand = new Set<SimulatedJob>();
    const { signal } = new AbortController();
    const consume = async (): Promise<void> => {
      while (process.isAlive && !(isCalm && clientsAtWork === 0 && queue.isEmpty)) {
        await schedule.step();
        const job = process.isAlive ? queue.take() : undefined;
        if (job === undefined) {
          if (process.isAlive && !(isCalm && clientsAtWork === 0 && queue.isEmpty)) await queue.changed();
          continue;
        }
        inHand.add(job);
        // A batch that failed for long makes room for others and comes again.
        const isRecorded = await combiner.record(decodeBatch(job.data), signal).then(
          () => true,
          () => false,
        );
        if (!process.isAlive) return;
        inHand.delete(job);
        if (isRecorded) queue.complete(job);
        else queue.giveBack(job);
      }
    };
    for (let i = 0; i < JOBS_AT_ONCE; i++) void consume();
    void process.death.catch(async () => {
      for (const job of inHand) {
        await schedule.step();
        queue.giveBack(job);
      }
    });
    return process;
  };
  const workers = Array.from({ length: WORKERS }, runWorker);

  const makeTrouble = async (): Promise<void> => {
    for (let i = 0; i < TROUBLES; i++) {
      for (let pause = random.int(20); pause > 0; pause--) await schedule.step();
      const place = random.int(2);
      const trouble = random.int(5);
      if (trouble === 0) {
        ingests[place]?.process.kill();
        ingests[place] = createIngest(place);
      } else if (trouble === 1) {
        workers[place]?.kill();
        workers[place] = runWorker();
      } else if (trouble === 2) store.directory = changeWorld(store.directory, random);
      else if (trouble === 3) faultPercent = random.int(60);
      // The clock of a host is set forward or back, often so far that usage of today lies in its future.
      else clocks[place] = (clocks[place] ?? NOW) + (random.int(13) - 6) * MICROS_PER_HOUR;
    }
    faultPercent = 0;
    isCalm = true;
    queue.wake();
  };

  const crew = [makeTrouble(), ...Array.from({ length: CLIENTS }, (_, client) => runClient(client))];
  const done = Promise.all(crew);
  await Promise.race([done, schedule.run()]);
  await schedule.run();
  if (clientsAtWork > 0) return ['a client waits for ever'];
  await done;
  return findBrokenPromises({ acknowledged, queue, store });
}

/** `undefined` for usage that the clock of the reader has not seen yet: that is refused, and nothing else is. */
function readEvent(value: object, now: number): UsageEvent | undefined {
  const parsed = parseEvent(value, { clusterId: CLUSTER_ID, now });
  if (!parsed.ok && parsed.problems.every(({ code }) => code === 'TIME_IN_FUTURE')) return undefined;
  if (!parsed.ok) throw new Error(`${parsed.id} was refused: ${JSON.stringify(parsed.problems)}`);
  if (isDeferred(parsed.event)) throw new Error(`${parsed.event.id} is no usage`);
  return parsed.event;
}
