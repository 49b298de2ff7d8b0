import { formatUsageDay, type UsageDay } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';

/** Small enough to hold locks for a fraction of a second. */
const ROWS_PER_STATEMENT = 10_000;

/**
 * Removes at most 10,000 ledger rows of usage days before `$1`. The BRIN index on the day finds their blocks; several
 * workers may run it at once: rows that another one is removing are passed over.
 */
const PURGE = `
with expired as (
  select event_key, part from hopsmeter.usage_events where usage_date < $1::date limit $2 for update skip locked
)
delete from hopsmeter.usage_events using expired
where usage_events.event_key = expired.event_key and usage_events.part = expired.part
`;

/** @returns how many rows were removed; 0 when none is left. */
export async function purgeExpiredEvents(pool: Pool, before: UsageDay): Promise<number> {
  const result = await pool.query(PURGE, [formatUsageDay(before), ROWS_PER_STATEMENT]);
  return result.rowCount ?? 0;
}
