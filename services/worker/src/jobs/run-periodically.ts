import { setTimeout as delay } from 'node:timers/promises';

/** Work that comes again and again. */
export type PeriodicWork = {
  /** What the log calls it. */
  readonly name: string;
  readonly everyMs: number;
  /** The first round comes at a random moment within this time, so that workers that start together drift apart. */
  readonly firstWithinMs: number;
  /** Gets a signal that is aborted on close. */
  readonly round: (signal: AbortSignal) => Promise<void>;
};

export type RunningWork = {
  /** Aborts the round that runs, waits for its end and runs no other. */
  close(): Promise<void>;
};

/** Runs rounds until closed. A round that fails is told to `onError` and comes again. */
export function runPeriodically(work: PeriodicWork, onError: (error: unknown) => void): RunningWork {
  const aborter = new AbortController();
  const { signal } = aborter;
  const run = async (): Promise<void> => {
    let wait = Math.random() * work.firstWithinMs;
    while (!signal.aborted) {
      await delay(wait, undefined, { signal, ref: false });
      wait = work.everyMs;
      await work.round(signal).catch(onError);
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
