/** The first wait lets a hiccup pass. */
const FIRST_WAIT_MS = 5_000;

/** Many attempts fit into the day in which Stripe knows an identifier, and an outage is noticed to be over soon. */
const LONGEST_WAIT_MS = 600_000;

/** A longer wait than this, if Stripe asks for one, is a mistake somewhere. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/** Milliseconds to wait before attempt number `attempt` (from 2): doubling, with jitter. */
export function waitBefore(attempt: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 2, 16));
  return longest * (0.5 + Math.random() * 0.5);
}

/** Milliseconds that an answer's `Retry-After` asks for; 0 when it does not say. Only seconds are understood. */
export function retryAfterOf(headers: Readonly<Record<string, string>> | undefined): number {
  const seconds = headers?.['retry-after'] ?? '';
  return /^\d{1,9}$/.test(seconds) ? Math.min(Number(seconds) * 1_000, RETRY_AFTER_MAX_MS) : 0;
}
