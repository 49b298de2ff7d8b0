import { setTimeout as delay } from 'node:timers/promises';

/** How long a sender waits for the word that it sends too much. Beside the seconds of Retry-After it is nothing. */
const LATE_MS = 250;

/**
 * Answers held back at one time; the others go at once. Each may keep a connection and the first 64 kB of its body waiting.
 */
const HELD_MAX = 256;

export type LateAnswers = {
  /** Resolves when the answer may be sent. */
  hold(): Promise<void>;
};

/**
 * Slows down senders that ignore Retry-After. Answered at once, eight connections of one key were refused 850 times a second
 * and took the machine's time from everybody else, most of all with bodies that nobody reads; held back, they are refused 32
 * times a second.
 */
export function createLateAnswers({ lateMs = LATE_MS, heldMax = HELD_MAX } = {}): LateAnswers {
  let held = 0;
  return {
    async hold() {
      if (held >= heldMax) return;
      held += 1;
      await delay(lateMs);
      held -= 1;
    },
  };
}
