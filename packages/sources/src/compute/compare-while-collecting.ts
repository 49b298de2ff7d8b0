import type { Window } from '@hopsmeter/client';
import type { Source } from '../source.ts';
import { compareSources, type SourceDifference } from './compare-sources.ts';

/** What is billed is not waited for longer than this because of what is only compared. */
const OTHER_TIMEOUT_MS = 60_000;

export type Comparison = {
  /** Told of each window that both sources answered for. */
  readonly onCompared: (window: Window, differences: readonly SourceDifference[]) => void;
  /** Told why a window could not be compared. */
  readonly onFailed: (window: Window, error: unknown) => void;
};

/**
 * A source of which another one is asked for the same windows too, to tell how far they differ. What the other one says
 * is never sent, and it may fail.
 */
export function compareWhileCollecting(source: Source, other: Source, { onCompared, onFailed }: Comparison): Source {
  return {
    ...source,
    async collect(window, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(OTHER_TIMEOUT_MS)]);
      // Begun first, so that both answer at the same time; settled, because it may end before the other one does.
      const compared = Promise.allSettled([other.collect(window, limited)]);
      const collected = await source.collect(window, signal);
      const [outcome] = await compared;
      if (outcome.status === 'rejected') onFailed(window, outcome.reason);
      else onCompared(window, compareSources(collected.events, outcome.value.events));
      return collected;
    },
    async close() {
      await source.close?.();
      await other.close?.();
    },
  };
}
