import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../services/collector/src/follow-context.ts';

/** A clock that runs while somebody sleeps, and only then. */
export type TestClock = Clock & {
  /** Moves what it says; time that has passed stays. */
  jump(ms: number): void;
  /** Calls back when so much time has passed, before whoever sleeps wakes up. */
  at(elapsed: number, then: () => void): void;
};

/** @param start - such as `2026-11-22T13:00:00Z` */
export function createTestClock(start: string): TestClock {
  let [elapsed, offset] = [0, Date.parse(start)];
  const appointments: { readonly elapsed: number; readonly then: () => void }[] = [];
  return {
    now: () => elapsed + offset,
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      elapsed += ms;
      for (const appointment of appointments.filter((one) => one.elapsed <= elapsed)) {
        appointments.splice(appointments.indexOf(appointment), 1);
        appointment.then();
      }
      await turn();
      signal.throwIfAborted();
    },
    jump(ms) {
      offset += ms;
    },
    at(time, then) {
      appointments.push({ elapsed: time, then });
    },
  };
}
