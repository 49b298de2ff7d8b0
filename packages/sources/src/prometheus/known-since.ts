import type { Series } from './read-answer.ts';

/** Asks a query for what it is now. */
export type AskNow = (query: string) => Promise<readonly Series[]>;

const HOUR_MS = 3_600_000;

/** A sample of Prometheus' own metrics, which it scrapes by default. */
const OLDEST = 'min(prometheus_tsdb_lowest_timestamp_seconds)';

/**
 * Finds the first whole hour that Prometheus still knows; `undefined` where no end is known. It says itself which is
 * its oldest sample; what stands behind it (Thanos, Mimir) may know more, so what is older is asked for too.
 *
 * @param now of the one who answers, in milliseconds since the epoch.
 */
export async function findKnownSince(ask: AskNow, now: number): Promise<number | undefined> {
  const [oldest] = await ask(OLDEST);
  const seconds = Number(oldest?.samples[0]?.value ?? Number.NaN);
  // Before its first block is written it says the largest number that it knows.
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds * 1_000 > now) return undefined;
  const offsetSeconds = Math.ceil(now / 1_000 - seconds) + HOUR_MS / 1_000;
  const before = await ask(`count(up offset ${offsetSeconds}s)`);
  return before.length > 0 ? undefined : Math.ceil((seconds * 1_000) / HOUR_MS) * HOUR_MS;
}
