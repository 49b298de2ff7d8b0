import { kindOfFailure, type ParkedChoice, type ParkedPlan, type SettledCounts, type TakenEvent } from '@hopsmeter/db';
import type { Directory, Unattributed } from '@hopsmeter/usage';
import { backOff } from './backoff.ts';
import type { DirectoryCache } from './directory-cache.ts';
import { planParked } from './plan-parked.ts';
import { toStorableText } from './storable-text.ts';

export type ParkedStore = {
  settle(choice: ParkedChoice, makePlan: (taken: readonly TakenEvent[]) => ParkedPlan): Promise<SettledCounts>;
};

export type RetryParkedOptions = {
  readonly store: ParkedStore;
  readonly directories: DirectoryCache;
  /** Told of every part that is done. */
  readonly onSettled: (counts: SettledCounts) => void;
};

/** Takes about 30 ms, in which changes of the directory wait; more at once would hardly be faster. */
const TAKEN_MAX = 500;

/** A busy directory, other workers and deadlocks are each settled by another attempt; an outage is for the next round. */
const ATTEMPTS_MAX = 5;

/**
 * Tries parked events again, part by part, until none is left that has not been tried.
 *
 * @param directoryVersion what the directory must at least know.
 * @throws what the database throws; what was counted until then stays counted.
 */
export async function retryParked(
  options: RetryParkedOptions,
  kind: 'due' | 'changed',
  directoryVersion: string,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const directory = await readDirectory(options.directories, directoryVersion);
    const choice: ParkedChoice =
      kind === 'due' ? { kind, limit: TAKEN_MAX } : { kind, limit: TAKEN_MAX, directoryVersion: directory.version };
    try {
      const settled = await settle(options, choice, directory);
      failures = 0;
      if (settled < TAKEN_MAX) return;
    } catch (error) {
      failures += 1;
      const failure = kindOfFailure(error);
      if ((failure !== 'retry' && failure !== 'directory_changed') || failures === ATTEMPTS_MAX) throw error;
      if (failure === 'directory_changed') await options.directories.refresh(directory.version);
      await backOff(failures, signal);
    }
  }
}

async function readDirectory(directories: DirectoryCache, atLeast: string): Promise<Directory> {
  const directory = await directories.current();
  return BigInt(directory.version) < BigInt(atLeast) ? directories.refresh(directory.version) : directory;
}

/** @returns how many events were settled. */
async function settle(options: RetryParkedOptions, choice: ParkedChoice, directory: Directory): Promise<number> {
  let ids: readonly string[] = [];
  try {
    const counts = await options.store.settle(choice, (taken) => {
      ids = taken.map(({ id }) => id);
      return planParked(taken, directory);
    });
    options.onSettled(counts);
    return counts.counted + counts.duplicates + counts.pending;
  } catch (error) {
    if (kindOfFailure(error) !== 'data') throw error;
    await settleApart(options, ids, directory, error);
    return ids.length;
  }
}

/**
 * Settles events among which is one that Postgres refuses, by halves, until that one stands alone; it waits for a person
 * from then on. Unlike a batch they need not be recorded together.
 */
async function settleApart(
  options: RetryParkedOptions,
  ids: readonly string[],
  directory: Directory,
  refusal: unknown,
): Promise<void> {
  const [only] = ids;
  if (only === undefined) return;
  const middle = Math.ceil(ids.length / 2);
  const halves = ids.length === 1 ? [ids] : [ids.slice(0, middle), ids.slice(middle)];
  const setAside = ids.length === 1 ? new Map([[only, describeRefusal(refusal)]]) : undefined;
  for (const half of halves)
    try {
      const choice = { kind: 'these', ids: half } as const;
      options.onSettled(await options.store.settle(choice, (taken) => planParked(taken, directory, setAside)));
    } catch (error) {
      if (setAside !== undefined || kindOfFailure(error) !== 'data') throw error;
      await settleApart(options, half, directory, error);
    }
}

function describeRefusal(error: unknown): Unattributed {
  return { reason: 'uncountable', detail: toStorableText(error instanceof Error ? error.message : String(error)) };
}
