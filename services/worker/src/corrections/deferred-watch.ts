import { aboutMs, startWatch, tellChanges, type Watch } from '../attempts/watch.ts';

export type DeferredWatchOptions = {
  readonly settle: (signal: AbortSignal) => Promise<void>;
  /** Told when the watch fails for the first time and when it works again. */
  readonly onChange: (failure: unknown) => void;
};

/** An original that comes after its correction is corrected within seconds; a look that finds nothing takes 3 ms. */
const POLL_MS = 2_000;

/**
 * Looks every two seconds whether corrections and manifests can be settled, and when it is woken: a batch with some was
 * recorded.
 */
export function startDeferredWatch({ settle, onChange }: DeferredWatchOptions): Watch {
  return startWatch({ restMs: aboutMs(POLL_MS), round: settle, onRound: tellChanges(onChange) });
}
