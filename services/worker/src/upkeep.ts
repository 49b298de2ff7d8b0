import { setTimeout as delay } from 'node:timers/promises';

/** Often enough that each round stays small: an hour of a year-old ledger. */
const ROUND_EVERY_MS = 3_600_000;

/** The first round waits until the start is over and several workers that start together have drifted apart. */
const FIRST_ROUND_MAX_MS = 300_000;

export type Upkeep = { close(): Promise<void> };

/**
 * Runs the scheduled work again and again until closed. A round that fails is told to `onError` and comes again.
 *
 * @param round gets a signal that is aborted on close.
 */
export function startUpkeep(round: (signal: AbortSignal) => Promise<void>, onError: (error: unknown) => void): Upkeep {
  const aborter = new AbortController();
  const { signal } = aborter;
  const run = async (): Promise<void> => {
    let wait = Math.random() * FIRST_ROUND_MAX_MS;
    while (!signal.aborted) {
      await delay(wait, undefined, { signal, ref: false });
      wait = ROUND_EVERY_MS;
      await round(signal).catch(onError);
    }
  };
  const running = run().catch((error: unknown) => {
    if (!signal.aborted) onError(error);
  });
  return {
    close() {
      aborter.abort();
      return running;
    },
  };
}
