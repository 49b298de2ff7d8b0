import type { RecordedCounts } from '@hopsmeter/db';
import { type Batch, planBatch, planBatches } from '@hopsmeter/usage';
import type { BatchRecorder } from './batch-recorder.ts';

export type BatchCombinerOptions = {
  readonly recorder: Pick<BatchRecorder, 'record' | 'tryTogether'>;
  /** Statements at the same time, each on a connection of its own. */
  readonly statementsMax: number;
  /** Batches in hand at the same time: with so many there is nobody else to wait for. Default: no limit. */
  readonly batchesMax?: number;
  /** Default {@link GATHER_MS}. */
  readonly gatherMs?: number;
};

export type BatchCombiner = {
  /** Records a batch like {@link BatchRecorder.record}, together with others that wait at the same time. */
  record(batch: Batch, signal: AbortSignal): Promise<RecordedCounts | undefined>;
};

/**
 * Events of one statement at most; a single batch is always taken whole. Batches share rollup rows, so more are
 * cheaper: Postgres spent 16.7 µs on each event of 5,000 a statement, 15.0 of 10,000 and 15.0 of 20,000, which took 90
 * MB more.
 */
export const STATEMENT_EVENTS_MAX = 10_000;

/**
 * How long a batch waits for others. Single events came 3,540 a second without it, 4,898 with 15 ms and 5,832 with 40:
 * what a statement costs is shared by more of them. It is added to the time until usage is seen, which may be a second.
 */
const GATHER_MS = 40;

type Waiting = {
  readonly batch: Batch;
  readonly signal: AbortSignal;
  /** Of the same clock as `performance.now()`. */
  readonly since: number;
  readonly resolve: (counts: RecordedCounts | undefined) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Records batches that wait at the same time together. Whatever is in the way of a group (a batch that was recorded
 * before, a conflict, a bad event, a database that is away) is left to each of its batches alone. So a group is never
 * more than an attempt, and nothing about exactness depends on how batches are grouped.
 */
export function createBatchCombiner(options: BatchCombinerOptions): BatchCombiner {
  const { recorder, statementsMax, batchesMax = Number.POSITIVE_INFINITY, gatherMs = GATHER_MS } = options;
  const waiting: Waiting[] = [];
  let statements = 0;
  let batchesInStatements = 0;
  let gathering: NodeJS.Timeout | undefined;

  const startWhatMay = (): void => {
    clearTimeout(gathering);
    while (statements < statementsMax && waiting.length > 0) {
      const mayOthersCome = batchesInStatements + waiting.length < batchesMax;
      const restMs = mayOthersCome ? restOfGathering(waiting, gatherMs) : 0;
      if (restMs > 0) {
        gathering = setTimeout(startWhatMay, restMs);
        return;
      }
      const group = takeGroup(waiting);
      statements += 1;
      batchesInStatements += group.length;
      void recordGroup(group).finally(() => {
        statements -= 1;
        batchesInStatements -= group.length;
        startWhatMay();
      });
    }
  };

  /** Settles every batch of the group; never rejects. */
  const recordGroup = async (group: readonly Waiting[]): Promise<void> => {
    const counts = group.length > 1 ? await recordTogether(group) : undefined;
    if (counts === undefined) for (const one of group) await recordAlone(one);
    else for (const [place, { resolve }] of group.entries()) resolve(counts[place]);
  };

  const recordTogether = async (group: readonly Waiting[]): Promise<readonly RecordedCounts[] | undefined> => {
    if (group.some(({ signal }) => signal.aborted)) return undefined;
    const batches = group.map(({ batch }) => batch);
    return recorder.tryTogether((directory) => planBatches(batches, directory));
  };

  const recordAlone = ({ batch, signal, resolve, reject }: Waiting): Promise<void> =>
    recorder.record((directory, setAside) => planBatch(batch, directory, setAside), signal).then(resolve, reject);

  return {
    record: (batch, signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, signal, since: performance.now(), resolve, reject });
        startWhatMay();
      }),
  };
}

/** Milliseconds that are left to wait for more batches; none once a statement is full. */
function restOfGathering(waiting: readonly Waiting[], gatherMs: number): number {
  const [first] = waiting;
  const events = waiting.reduce((sum, { batch }) => sum + batch.events.length, 0);
  if (first === undefined || events >= STATEMENT_EVENTS_MAX) return 0;
  return gatherMs - (performance.now() - first.since);
}

/** Takes as many from the front as one statement may hold, at least one. */
function takeGroup(waiting: Waiting[]): Waiting[] {
  let events = 0;
  let size = 0;
  for (const { batch } of waiting) {
    events += batch.events.length;
    if (size > 0 && events > STATEMENT_EVENTS_MAX) break;
    size += 1;
  }
  return waiting.splice(0, size);
}
