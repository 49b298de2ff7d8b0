import { setTimeout as delay } from 'node:timers/promises';

/** The first wait after a failure; doubled with each further one. */
const BACKOFF_MIN_MS = 1_000;

/** The longest wait after a failure that passes by itself. */
const BACKOFF_MAX_MS = 60_000;

/** A server that asks for less would be asked again without a pause. */
const RETRY_AFTER_MIN_MS = 100;

/** The longest that is waited because the other side asks for it: what asks for more is a mistake. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/** How long senders wait. All times are of the monotonic clock, so a clock that jumps neither holds up nor hurries. */
export type Pace = {
  /** Waits while all senders have to. @throws the reason of the signal when the client is closed. */
  pass(): Promise<void>;
  /** All senders wait for so long: the server is busy, or the key is not in force. */
  pauseAll(ms: number): void;
  /** One sender waits. */
  wait(ms: number): Promise<void>;
  isPaused(): boolean;
};

/** @param scale of every wait: 1, but in tests. */
export function createPace(signal: AbortSignal, scale: number): Pace {
  let pausedUntil = 0;
  const wait = async (ms: number): Promise<void> => {
    await delay(ms * scale, undefined, { signal });
  };
  return {
    async pass() {
      for (let leftMs = pausedUntil - performance.now(); leftMs > 0; leftMs = pausedUntil - performance.now())
        await delay(leftMs, undefined, { signal });
      signal.throwIfAborted();
    },
    pauseAll(ms) {
      pausedUntil = Math.max(pausedUntil, performance.now() + ms * scale);
    },
    wait,
    isPaused: () => pausedUntil > performance.now(),
  };
}

/** The doubled wait, half of it random: senders that failed together must not come again together. */
export function backoffMs(attempt: number): number {
  const ms = Math.min(BACKOFF_MIN_MS * 2 ** Math.min(attempt, 16), BACKOFF_MAX_MS);
  return ms / 2 + (Math.random() * ms) / 2;
}

/** At least what is asked for, and up to a tenth more. */
export function politeMs(retryAfterMs: number): number {
  return Math.min(Math.max(retryAfterMs, RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS) * (1 + Math.random() / 10);
}

/** When something waits for a person: often enough that the repair is seen soon, seldom enough to bother nobody. */
export function patientMs(): number {
  return BACKOFF_MAX_MS * (0.75 + Math.random() / 4);
}

/** When events are tried again that are ahead of ingest's clock: not more often, and not later, whatever it says. */
export function earlyMs(retryAfterMs: number): number {
  return Math.min(Math.max(retryAfterMs, BACKOFF_MIN_MS), RETRY_AFTER_MAX_MS);
}
