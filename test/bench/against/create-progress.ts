import type { RunFigures } from './summary.ts';

/** Seconds that a run takes beside its load: starting servers, warming up, draining, checking, stopping. */
const BESIDE_SECONDS = 10;

/** Shows each run when it is done, and how long all that are left take. */
export function createProgress(runs: number, seconds: number) {
  const begun = performance.now();
  let done = 0;
  const minutes = (value: number): string => `${(value / 60).toFixed(1)} min`;
  console.log(`${runs} runs of ${seconds} s, about ${minutes(runs * (seconds + BESIDE_SECONDS))}`);
  return {
    note(title: string, { eventsPerSecond, isExact }: RunFigures): void {
      done += 1;
      const secondsLeft = ((performance.now() - begun) / 1_000 / done) * (runs - done);
      const rate = `${Math.round(eventsPerSecond).toLocaleString('en-US')} events/s`;
      console.log(`${title}: ${rate}${isExact ? '' : ', NOT EXACT'}; about ${minutes(secondsLeft)} to go`);
    },
  };
}
