/** With {@link FIRST_DELAY_MS} they reach over 23 hours: an outage of a night and a morning passes. */
export const ATTEMPTS_MAX = 12;

/** Doubles with every attempt: 40 s, 80 s, 2.7 min, … 11.4 h. */
const FIRST_DELAY_MS = 40_000;

/** Part of a delay by which it is longer or shorter, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after attempt number `attempt` (from 1) failed; undefined when it was the last one.
 *
 * @param random from 0 up to 1.
 */
export function retryDelayOf(attempt: number, random: number): number | undefined {
  if (attempt >= ATTEMPTS_MAX) return undefined;
  return FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 + JITTER * (2 * random - 1));
}
