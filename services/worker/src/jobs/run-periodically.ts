import { startWatch, type Watch } from '../attempts/watch.ts';

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

/** Runs rounds until closed. A round that fails is told to `onError` and comes again. */
export function runPeriodically(work: PeriodicWork, onError: (error: unknown) => void): Watch {
  return startWatch({
    restMs: (round) => (round === 1 ? Math.random() * work.firstWithinMs : work.everyMs),
    round: work.round,
    onRound: (failure) => {
      if (failure !== undefined) onError(failure);
    },
  });
}
