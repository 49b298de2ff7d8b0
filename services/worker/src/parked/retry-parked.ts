import { kindOfFailure, type ParkedChoice, type SettledCounts } from '@hopsmeter/db';
import { type Directory, type ParkedPlan, type ParkedSetAside, planParked, type TakenEvent } from '@hopsmeter/usage';
import { backOff } from '../attempts/backoff.ts';
import { describeRefusal } from '../attempts/describe-refusal.ts';
import { workByHalves } from '../attempts/work-by-halves.ts';
import type { DirectoryCache } from '../record/directory-cache.ts';
import { type IgnoredStore, recallIgnored } from './recall-ignored.ts';

export type ParkedStore = {
  settle(choice: ParkedChoice, makePlan: (taken: readonly TakenEvent[]) => ParkedPlan): Promise<SettledCounts>;
  /** Puts an event back, to be tried later. */
  postpone(id: string): Promise<void>;
};

export type RetryParkedOptions = {
  readonly store: ParkedStore;
  readonly ignored: IgnoredStore;
  readonly directories: DirectoryCache;
  /** Told of every part that is done. */
  readonly onSettled: (counts: SettledCounts) => void;
  /** Told of an event that cannot be settled for a reason that nobody foresaw; it is tried again later. */
  readonly onPostponed: (id: string, error: unknown) => void;
};

/** Takes about 30 ms, in which changes of the directory wait; more at once would hardly be faster. */
const TAKEN_MAX = 500;

/** A busy directory, other workers and deadlocks are each settled by another attempt. */
const ATTEMPTS_MAX = 5;

/**
 * Of a part of a part that failed: a passing reason has passed by then, mostly, and a hundred bad ones take a second.
 */
const LATER_ATTEMPTS_MAX = 2;

/**
 * Tries parked events again, part by part, until none is left that has not been tried. Whatever is wrong with an event,
 * the others are tried: it waits for a person where Postgres refuses it, and is put back for some minutes otherwise.
 *
 * @param directoryVersion what the directory must at least know.
 * @throws what the database throws while it is away; what was counted until then stays counted.
 */
export async function retryParked(
  options: RetryParkedOptions,
  kind: 'due' | 'changed',
  directoryVersion: string,
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'changed') {
    await recallIgnored(options.ignored, await readDirectory(options.directories, directoryVersion), signal);
    await retryParked(options, 'due', directoryVersion, signal);
  }
  while (!signal.aborted) {
    let taken: readonly string[] = [];
    const chooseNext = (directory: Directory): ParkedChoice =>
      kind === 'due' ? { kind, limit: TAKEN_MAX } : { kind, limit: TAKEN_MAX, directoryVersion: directory.version };
    const note = (ids: readonly string[]): void => {
      taken = ids;
    };
    const settled = await settle(options, chooseNext, {
      directoryVersion,
      attemptsMax: ATTEMPTS_MAX,
      signal,
      note,
    }).catch(async (error) => {
      if (taken.length === 0) throw error;
      return settleApart(options, taken, { directoryVersion, signal });
    });
    // None, not fewer than asked for: of several workers each may get a part, and one of them has to go on.
    if (settled === 0) return;
  }
}

async function readDirectory(directories: DirectoryCache, atLeast: string): Promise<Directory> {
  const directory = await directories.current();
  return BigInt(directory.version) < BigInt(atLeast) ? directories.refresh(directory.version) : directory;
}

type Attempts = {
  readonly directoryVersion: string;
  readonly signal: AbortSignal;
  readonly attemptsMax: number;
  /** Told which events were taken. */
  readonly note?: (ids: readonly string[]) => void;
  readonly setAside?: ParkedSetAside;
};

/** Settles what is chosen, as often as it takes for a passing reason to pass. @returns how many events were settled. */
async function settle(
  { store, directories, onSettled }: RetryParkedOptions,
  choose: (directory: Directory) => ParkedChoice,
  { directoryVersion, signal, attemptsMax, note, setAside }: Attempts,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const directory = await readDirectory(directories, directoryVersion);
    try {
      const counts = await store.settle(choose(directory), (taken) => {
        note?.(taken.map(({ id }) => id));
        return planParked(taken, directory, setAside);
      });
      onSettled(counts);
      return counts.counted + counts.duplicates + counts.pending;
    } catch (error) {
      const failure = kindOfFailure(error);
      if ((failure !== 'retry' && failure !== 'directory_changed') || attempt >= attemptsMax) throw error;
      if (failure === 'directory_changed') await directories.refresh(directory.version);
      await backOff(attempt, signal);
    }
  }
}

/** Settles events by halves. Unlike a batch they need not be recorded together. @returns how many, all of them. */
async function settleApart(
  options: RetryParkedOptions,
  ids: readonly string[],
  attempts: Pick<Attempts, 'directoryVersion' | 'signal'>,
): Promise<number> {
  const settlePart = (part: readonly string[], setAside?: ParkedSetAside) =>
    settle(options, () => ({ kind: 'these', ids: part }), {
      ...attempts,
      attemptsMax: LATER_ATTEMPTS_MAX,
      ...(setAside === undefined ? {} : { setAside }),
    });
  const postpone = async (id: string, error: unknown): Promise<number> => {
    await options.store.postpone(id);
    options.onPostponed(id, error);
    return 1;
  };
  await workByHalves(ids, {
    work: (part) => settlePart(part),
    onAlone: (id, error) =>
      kindOfFailure(error) === 'data'
        ? settlePart([id], new Map([[id, describeRefusal(error)]])).catch((refused) => postpone(id, refused))
        : postpone(id, error),
    isFinal: () => attempts.signal.aborted,
  });
  return ids.length;
}
