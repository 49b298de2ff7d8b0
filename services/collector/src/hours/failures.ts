/** What is wrong, for programs and for people. */
export type Failure = { readonly code: string; readonly detail: string };

/** What fails at present and how long it rests: each window by itself, and the whole source, which may be away. */
export type Failures = {
  /** How long the source rests now, in milliseconds; 0: not at all. */
  restMs(): number;
  isResting(window: string): boolean;
  /** What went wrong last and still does. */
  last(): Failure | undefined;
  /**
   * @param window - `undefined` when no window is to blame.
   * @returns whether it is news: nothing fails with this code yet.
   */
  note(window: string | undefined, failure: Failure): boolean;
  /** @returns whether that was the last thing that failed. */
  settle(windows: readonly string[]): boolean;
};

const FIRST_MS = 5_000;

/** A source that is back is noticed within it. */
const SOURCE_MAX_MS = 60_000;

/** A window that fails alone, among others that do not, is asked for this often. */
const WINDOW_MAX_MS = 600_000;

/** Stands for what no window is to blame for. */
const NO_WINDOW = '';

/** @param elapsed - the monotonic clock, in milliseconds. */
export function createFailures(elapsed: () => number, random: () => number = Math.random): Failures {
  const failing = new Map<string, { readonly failure: Failure; readonly count: number; readonly until: number }>();
  let [inARow, until] = [0, 0];
  // Partly at random: collectors of many clusters must not all come back to one Prometheus at once.
  const wait = (count: number, mostMs: number): number =>
    Math.min(mostMs, FIRST_MS * 2 ** Math.min(count - 1, 10)) * (0.75 + random() / 4);
  return {
    restMs: () => Math.max(0, until - elapsed()),
    isResting: (window) => (failing.get(window)?.until ?? 0) > elapsed(),
    last: () => [...failing.values()].at(-1)?.failure,
    note(window = NO_WINDOW, failure) {
      const isNews = ![...failing.values()].some((other) => other.failure.code === failure.code);
      inARow += 1;
      // The first one may be the window's own: another one is tried at once.
      if (window === NO_WINDOW || inARow > 1) until = elapsed() + wait(inARow, SOURCE_MAX_MS);
      const count = (failing.get(window)?.count ?? 0) + 1;
      failing.delete(window);
      failing.set(window, { failure, count, until: elapsed() + wait(count, WINDOW_MAX_MS) });
      return isNews;
    },
    settle(windows) {
      [inARow, until] = [0, 0];
      const hadFailed = failing.size > 0;
      for (const window of [NO_WINDOW, ...windows]) failing.delete(window);
      return hadFailed && failing.size === 0;
    },
  };
}
