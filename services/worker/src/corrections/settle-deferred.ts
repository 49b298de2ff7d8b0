import {
  type FoundOriginals,
  kindOfFailure,
  type SettledCorrections,
  type SettledCounts,
  type WaitingPosition,
} from '@hopsmeter/db';
import { type Chain, type CorrectionPlan, planCorrections, type Unattributed } from '@hopsmeter/usage';
import { backOff } from '../attempts/backoff.ts';
import { describeRefusal } from '../attempts/describe-refusal.ts';
import { workByHalves } from '../attempts/work-by-halves.ts';
import type { DirectoryCache } from '../record/directory-cache.ts';

export type DeferredStore = {
  listProjectReports(limit: number): Promise<readonly string[]>;
  settleProjectReports(ids: readonly string[]): Promise<SettledCounts>;
  listManifests(limit: number): Promise<readonly string[]>;
  recordManifests(ids: readonly string[]): Promise<SettledCounts>;
  listCorrections(limit: number): Promise<readonly string[]>;
  findOriginals(after: WaitingPosition | undefined, limit: number): Promise<FoundOriginals>;
  settle(
    request: { readonly ids: readonly string[]; readonly directoryVersion: string },
    makePlan: (chains: readonly Chain[]) => CorrectionPlan,
  ): Promise<SettledCorrections>;
  /** Puts events back, to be tried later. */
  postpone(ids: readonly string[]): Promise<void>;
};

export type DeferredSettlerOptions = {
  readonly store: DeferredStore;
  readonly directories: DirectoryCache;
  /** Told of every part that is done. */
  readonly onSettled: (counts: SettledCounts) => void;
  /** Told of an event that cannot be settled for a reason that nobody foresaw; it is tried again later. */
  readonly onPostponed: (id: string, error: unknown) => void;
};

/** Settles what batches could not count by themselves. */
export type DeferredSettler = {
  /**
   * Settles all that can be settled now: reports of projects, manifests, corrections that are new or may be countable
   * by now, and those of the next waiting ones whose original has come. Any number of workers may do it at the same
   * time. Whatever is wrong with an event, the others are settled.
   *
   * @throws what the database throws; what was settled until then stays settled, and the rest is for the next round.
   */
  settle(signal: AbortSignal): Promise<void>;
};

/** Takes some 200 ms, in which nothing is recorded. */
const PROJECT_REPORTS_MAX = 25;

const MANIFESTS_MAX = 500;

/** Takes about 50 ms, in which changes of the directory wait; 4,000 corrections took 2.3 s. */
const CORRECTIONS_MAX = 100;

/** Asking the ledger for so many originals takes 45 ms; beyond that, waiting ones take turns. */
const WAITING_MAX = 1_000;

/** A busy directory, other workers and deadlocks are each settled by another attempt. */
const ATTEMPTS_MAX = 5;

/**
 * Of a part of a part that failed: a passing reason has passed by then, mostly, and a hundred bad ones take a second.
 */
const LATER_ATTEMPTS_MAX = 2;

type Attempts = {
  readonly signal: AbortSignal;
  readonly attemptsMax: number;
  readonly refusal: Unattributed | undefined;
  /** Told of the chains that were taken. */
  readonly noteChains: (chains: readonly Chain[]) => void;
};

export function createDeferredSettler({
  store,
  directories,
  onSettled,
  onPostponed,
}: DeferredSettlerOptions): DeferredSettler {
  let lastWaiting: WaitingPosition | undefined;

  /** Settles those that can be, part by part: what each needs is in its row and in the database. */
  const settleRows = async (
    list: () => Promise<readonly string[]>,
    settlePart: (part: readonly string[]) => Promise<SettledCounts>,
    signal: AbortSignal,
  ): Promise<void> => {
    while (!signal.aborted) {
      const ids = await list();
      if (ids.length === 0) return;
      const record = async (part: readonly string[]): Promise<number> => {
        const counts = await settlePart(part);
        if (totalOf(counts) > 0) onSettled(counts);
        return totalOf(counts);
      };
      // None, not fewer than asked for: of several workers each may get a part, and one of them has to go on.
      const isFinal = (): boolean => signal.aborted;
      if ((await workByHalves(ids, { work: record, onAlone: postpone, isFinal })) === 0) return;
    }
  };

  const postpone = async (id: string, error: unknown, ids: readonly string[] = [id]): Promise<number> => {
    await store.postpone(ids);
    onPostponed(id, error);
    return ids.length;
  };

  const settleNew = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const ids = await store.listCorrections(CORRECTIONS_MAX);
      const done = await settleAll(ids, signal);
      // None done: other workers have them. Fewer than asked for: these were the last.
      if (done === 0 || ids.length < CORRECTIONS_MAX) return;
    }
  };

  const settleWaiting = async (signal: AbortSignal): Promise<void> => {
    const { ids, last } = await store.findOriginals(lastWaiting, WAITING_MAX);
    // Before anything is tried: whatever fails, the next round looks at the next ones.
    lastWaiting = last;
    await settleAll(ids, signal);
  };

  /** @returns how many events were settled or put back. */
  const settleAll = async (ids: readonly string[], signal: AbortSignal): Promise<number> => {
    let done = 0;
    for (let from = 0; from < ids.length && !signal.aborted; from += CORRECTIONS_MAX)
      done += await settleApart(ids.slice(from, from + CORRECTIONS_MAX), signal);
    return done;
  };

  /**
   * Settles a part, and where it fails by halves: what belongs to a correction that Postgres refuses is set aside. A
   * chain fails as a whole, so it is put back as a whole.
   */
  const settleApart = (ids: readonly string[], signal: AbortSignal): Promise<number> => {
    const putBack = new Set<string>();
    let inHand: readonly string[] = [];
    const settleSome = (part: readonly string[], attemptsMax: number, refusal?: Unattributed): Promise<number> => {
      const left = part.filter((id) => !putBack.has(id));
      inHand = left;
      const noteChains = (chains: readonly Chain[]): void => {
        inHand = chains.flatMap(({ corrections }) => corrections.map(({ id }) => id));
      };
      return left.length === 0 ? Promise.resolve(0) : settlePart(left, { signal, attemptsMax, refusal, noteChains });
    };
    const putChainBack = (id: string, error: unknown): Promise<number> => {
      const chain = [...new Set([id, ...inHand])];
      for (const member of chain) putBack.add(member);
      return postpone(id, error, chain);
    };
    return workByHalves(ids, {
      work: (part) => settleSome(part, part.length === ids.length ? ATTEMPTS_MAX : LATER_ATTEMPTS_MAX),
      onAlone: (id, error) =>
        kindOfFailure(error) === 'data'
          ? settleSome([id], ATTEMPTS_MAX, describeRefusal(error)).catch((refused) => putChainBack(id, refused))
          : putChainBack(id, error),
      isFinal: () => signal.aborted,
    });
  };

  const settlePart = async (
    ids: readonly string[],
    { signal, attemptsMax, refusal, noteChains }: Attempts,
  ): Promise<number> => {
    let done = 0;
    for (let attempt = 1; ; attempt++) {
      const directory = await directories.current();
      const outcome = await attemptPart(
        ids,
        (chains) => {
          noteChains(chains);
          return planCorrections(chains, directory, refusal);
        },
        directory.version,
      );
      if ('settled' in outcome) {
        done += outcome.settled;
        if (!outcome.isIncomplete || attempt >= attemptsMax) return done;
      } else {
        const kind = kindOfFailure(outcome.error);
        if ((kind !== 'retry' && kind !== 'directory_changed') || attempt >= attemptsMax) throw outcome.error;
        if (kind === 'directory_changed') await directories.refresh(directory.version);
      }
      await backOff(attempt, signal);
    }
  };

  const attemptPart = async (
    ids: readonly string[],
    makePlan: (chains: readonly Chain[]) => CorrectionPlan,
    directoryVersion: string,
  ) => {
    try {
      const { isIncomplete, ...counts } = await store.settle({ ids, directoryVersion }, makePlan);
      const settled = totalOf(counts);
      if (settled > 0) onSettled(counts);
      return { settled, isIncomplete };
    } catch (error) {
      return { error };
    }
  };

  return {
    async settle(signal) {
      // First: they may give the usage of the same batch its project.
      await settleRows(() => store.listProjectReports(PROJECT_REPORTS_MAX), store.settleProjectReports, signal);
      await settleRows(() => store.listManifests(MANIFESTS_MAX), store.recordManifests, signal);
      await settleNew(signal);
      await settleWaiting(signal);
    },
  };
}

function totalOf({ counted, duplicates, pending }: SettledCounts): number {
  return counted + duplicates + pending;
}
