import {
  type Chain,
  type CorrectionPlan,
  type FoundOriginals,
  kindOfFailure,
  type SettledCorrections,
  type SettledCounts,
  type WaitingPosition,
} from '@hopsmeter/db';
import type { Directory, Unattributed } from '@hopsmeter/usage';
import { backOff } from '../backoff.ts';
import type { DirectoryCache } from '../directory-cache.ts';
import { toStorableText } from '../storable-text.ts';
import { planCorrections } from './plan-corrections.ts';

export type DeferredStore = {
  recordManifests(limit: number): Promise<SettledCounts>;
  listCorrections(limit: number): Promise<readonly string[]>;
  findOriginals(after: WaitingPosition | undefined, limit: number): Promise<FoundOriginals>;
  settle(
    request: { readonly ids: readonly string[]; readonly directoryVersion: string },
    makePlan: (chains: readonly Chain[]) => CorrectionPlan,
  ): Promise<SettledCorrections>;
};

export type DeferredSettlerOptions = {
  readonly store: DeferredStore;
  readonly directories: DirectoryCache;
  /** Told of every part that is done. */
  readonly onSettled: (counts: SettledCounts) => void;
};

/** Settles what batches could not count by themselves. */
export type DeferredSettler = {
  /**
   * Settles all that can be settled now: manifests, corrections that are new or may be countable by now, and those of the
   * next waiting ones whose original has come. Any number of workers may do it at the same time.
   *
   * @throws what the database throws; what was settled until then stays settled, and the rest is for the next round.
   */
  settle(signal: AbortSignal): Promise<void>;
};

const MANIFESTS_MAX = 500;

/** Takes about 50 ms, in which changes of the directory wait; 4,000 corrections took 2.3 s. */
const CORRECTIONS_MAX = 100;

/** Asking the ledger for so many originals takes 45 ms; beyond that, waiting ones take turns. */
const WAITING_MAX = 1_000;

/** A busy directory, other workers and deadlocks are each settled by another attempt; an outage is for the next round. */
const ATTEMPTS_MAX = 5;

export function createDeferredSettler({ store, directories, onSettled }: DeferredSettlerOptions): DeferredSettler {
  let lastWaiting: WaitingPosition | undefined;

  const settleManifests = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const counts = await store.recordManifests(MANIFESTS_MAX);
      // None, not fewer than asked for: of several workers each may get a part, and one of them has to go on.
      if (totalOf(counts) === 0) return;
      onSettled(counts);
    }
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
    lastWaiting = last;
    await settleAll(ids, signal);
  };

  /** @returns how many events were settled. */
  const settleAll = async (ids: readonly string[], signal: AbortSignal): Promise<number> => {
    let done = 0;
    for (let from = 0; from < ids.length && !signal.aborted; from += CORRECTIONS_MAX)
      done += await settlePart(ids.slice(from, from + CORRECTIONS_MAX), signal);
    return done;
  };

  const settlePart = async (ids: readonly string[], signal: AbortSignal, refusal?: Unattributed): Promise<number> => {
    let done = 0;
    for (let attempt = 1; ; attempt++) {
      const directory = await directories.current();
      const outcome = await attemptPart(ids, directory, refusal);
      if ('settled' in outcome) {
        done += outcome.settled;
        if (!outcome.isIncomplete || attempt === ATTEMPTS_MAX) return done;
      } else {
        const kind = kindOfFailure(outcome.error);
        if (kind === 'data' && refusal === undefined) return done + (await settleApart(ids, signal, outcome.error));
        if ((kind !== 'retry' && kind !== 'directory_changed') || attempt === ATTEMPTS_MAX) throw outcome.error;
        if (kind === 'directory_changed') await directories.refresh(directory.version);
      }
      await backOff(attempt, signal);
    }
  };

  const attemptPart = async (ids: readonly string[], directory: Directory, refusal: Unattributed | undefined) => {
    try {
      const { isIncomplete, ...counts } = await store.settle({ ids, directoryVersion: directory.version }, (chains) =>
        planCorrections(chains, directory, refusal),
      );
      const settled = totalOf(counts);
      if (settled > 0) onSettled(counts);
      return { settled, isIncomplete };
    } catch (error) {
      return { error };
    }
  };

  /** Settles corrections among which is one that Postgres refuses, by halves; what belongs to that one is set aside. */
  const settleApart = async (ids: readonly string[], signal: AbortSignal, error: unknown): Promise<number> => {
    if (ids.length === 1) return settlePart(ids, signal, describeRefusal(error));
    const middle = Math.ceil(ids.length / 2);
    const first = await settlePart(ids.slice(0, middle), signal);
    return first + (await settlePart(ids.slice(middle), signal));
  };

  return {
    async settle(signal) {
      await settleManifests(signal);
      await settleNew(signal);
      await settleWaiting(signal);
    },
  };
}

function totalOf({ counted, duplicates, pending }: SettledCounts): number {
  return counted + duplicates + pending;
}

function describeRefusal(error: unknown): Unattributed {
  return { reason: 'uncountable', detail: toStorableText(error instanceof Error ? error.message : String(error)) };
}
