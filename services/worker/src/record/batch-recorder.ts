import { conflictPositionsOf, type FailureKind, kindOfFailure, type RecordedCounts } from '@hopsmeter/db';
import type { BatchRecord, CountedInstant, Directory, SetAside, Unattributed } from '@hopsmeter/usage';
import { backOff } from '../attempts/backoff.ts';
import type { DirectoryCache } from './directory-cache.ts';
import { findUncountable } from './find-uncountable.ts';

/** Makes the record of one batch; called again for every attempt. Must be pure. */
export type MakeRecord = (directory: Directory, setAside: SetAside) => BatchRecord;

export type RecorderStore = {
  /** See `recordBatch`: the counts of each batch, or undefined when one of them was recorded before. */
  record(record: BatchRecord): Promise<readonly RecordedCounts[] | undefined>;
  /** Like `record`, but takes everything back. */
  tryRecord(record: BatchRecord): Promise<void>;
  /** What is counted without a window under some keys. */
  readInstants(eventKeys: readonly string[]): Promise<ReadonlyMap<string, CountedInstant>>;
};

export type BatchRecorderOptions = {
  readonly store: RecorderStore;
  readonly directories: DirectoryCache;
  /**
   * Told of every attempt that failed, and how many did so far: of those that waited for the database, or of those that
   * did not. An outage says nothing about the batch, however many attempts it took.
   */
  readonly onFailure: (kind: FailureKind, error: unknown, count: number) => void;
};

export type BatchRecorder = {
  /**
   * Records a batch: waits for a database that is away, reads the directory again when it changed, parks what cannot be
   * counted.
   *
   * @returns the counts, or `undefined` when the batch was recorded before.
   * @throws when `signal` is aborted, and what the database says to a batch that fails again and again for a reason of
   *   its own: it has to make room for others and come again. Nothing of the batch is recorded then.
   */
  record(makeRecord: MakeRecord, signal: AbortSignal): Promise<RecordedCounts | undefined>;
  /**
   * Records several batches together, in one attempt.
   *
   * @returns the counts of each batch; `undefined` when nothing was recorded, for whatever reason: each batch must then
   * be recorded by itself, which settles that reason for it.
   */
  tryTogether(makeRecord: (directory: Directory) => BatchRecord): Promise<readonly RecordedCounts[] | undefined>;
  /** Batches that wait for the database now. A process with some is not stuck: it waits. */
  waitingCount(): number;
};

/** What the next attempt has to set aside, see `SetAside`. */
type SetAsideNow = Map<number, Unattributed & { readonly counted?: CountedInstant | undefined }>;

/**
 * Attempts after which a batch that fails for a reason of its own makes room for others. A directory that changed, a
 * conflict and a bad event are each settled by the next attempt, so with all of them in one batch a few pass.
 */
const ATTEMPTS_MAX = 8;

const CONFLICT: Unattributed = {
  reason: 'conflict',
  detail: 'the ledger holds another content under this identity',
};

export function createBatchRecorder({ store, directories, onFailure }: BatchRecorderOptions): BatchRecorder {
  let waitingCount = 0;
  const record = async (makeRecord: MakeRecord, signal: AbortSignal): Promise<RecordedCounts | undefined> => {
    const setAside: SetAsideNow = new Map();
    let isWaiting = false;
    let retries = 0;
    try {
      for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        const outcome = await attemptRecord(makeRecord, setAside);
        if ('done' in outcome) return outcome.done;
        if (outcome.kind === 'retry') retries += 1;
        const count = outcome.kind === 'retry' ? retries : attempt - retries;
        onFailure(outcome.kind, outcome.error, count);
        // A database that is away is waited out here, however long: a job that is given back would only come again
        // later.
        if (outcome.kind !== 'retry' && count >= ATTEMPTS_MAX) throw outcome.error;
        // Until it is done, not only between attempts: a database that hangs keeps an attempt for half a minute.
        if (!isWaiting) waitingCount += 1;
        isWaiting = true;
        await backOff(attempt, signal);
      }
    } finally {
      if (isWaiting) waitingCount -= 1;
    }
  };

  /** One attempt. Fills `setAside` with what the next one has to park. */
  const attemptRecord = async (
    makeRecord: MakeRecord,
    setAside: SetAsideNow,
  ): Promise<{ done: RecordedCounts | undefined } | { kind: FailureKind; error: unknown }> => {
    const directory = await settle(directories.current());
    if ('error' in directory) return { kind: kindOfFailure(directory.error), error: directory.error };
    const planned = makeRecord(directory.value, setAside);
    const recorded = await settle(store.record(planned));
    if ('value' in recorded) return { done: recorded.value?.[0] };
    const kind = kindOfFailure(recorded.error);
    const handled = await settle(handle(kind, recorded.error, planned, setAside));
    return 'error' in handled
      ? { kind: kindOfFailure(handled.error), error: handled.error }
      : { kind: handled.value, error: recorded.error };
  };

  /** Prepares the next attempt. Returns what kind of failure it turned out to be. */
  const handle = async (
    kind: FailureKind,
    error: unknown,
    planned: BatchRecord,
    setAside: SetAsideNow,
  ): Promise<FailureKind> => {
    if (kind === 'directory_changed') await directories.refresh(planned.directoryVersion);
    if (kind === 'conflicts') await setConflictsAside(conflictPositionsOf(error), planned, setAside);
    if (kind !== 'data') return kind;
    const found = await findUncountable(planned, (part) => store.tryRecord(part));
    const isNews = [...found.keys()].some((position) => setAside.get(position)?.reason !== 'uncountable');
    for (const [position, reason] of found) setAside.set(position, reason);
    // Refused as a whole though each event alone is fine, or even as a parked one: people must be told.
    return isNews ? kind : 'unexpected';
  };

  /** Once with what is counted under the identity: a copy with another time is then planned as the copy that it is. */
  const setConflictsAside = async (
    positions: readonly number[],
    planned: BatchRecord,
    setAside: SetAsideNow,
  ): Promise<void> => {
    const keys = new Map(planned.ledger.map(({ position, eventKey }) => [position, eventKey]));
    const instants = await store.readInstants(positions.flatMap((position) => keys.get(position) ?? []));
    for (const position of positions) {
      const counted = setAside.has(position) ? undefined : instants.get(keys.get(position) ?? '');
      setAside.set(position, { ...CONFLICT, counted });
    }
  };

  const tryTogether: BatchRecorder['tryTogether'] = async (makeRecord) => {
    const recorded = await settle(directories.current().then((directory) => store.record(makeRecord(directory))));
    if ('value' in recorded) return recorded.value;
    onFailure(kindOfFailure(recorded.error), recorded.error, 1);
    return undefined;
  };

  return { record, tryTogether, waitingCount: () => waitingCount };
}

async function settle<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
