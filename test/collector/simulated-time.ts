/** Time that runs faster than ours. Plain data, so that a process of the test can have the same. */
export type SimulatedTime = {
  /** What it was when it began, and our time then; milliseconds since the epoch. */
  readonly start: number;
  readonly begunAt: number;
  /** How many times as fast it runs. */
  readonly speed: number;
  /** Where it stands still. */
  readonly until: number;
};

export function timeNow({ start, begunAt, speed, until }: SimulatedTime): number {
  return Math.min(until, start + (Date.now() - begunAt) * speed);
}
