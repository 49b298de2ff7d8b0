import type { Pool } from '../pool.ts';

/**
 * How fresh totals are: when the newest usage was received, and when usage was last recorded.
 *
 * Guarantees: read before a total, that total holds at least what was recorded by then. NULL while there is no batch.
 *
 * The 100 batches that were received last come from the end of an index, so this costs the same whatever the size of the
 * history. A batch that was recorded late, after 100 younger ones, does not move `recorded_at`; those younger ones were
 * recorded meanwhile, so the answer is early by the age of their newest at most. The exact maximum would need an index
 * of its own, written with every batch.
 */
const READ_FRESHNESS = `
select
  to_char(max(recorded_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "recordedAt",
  to_char(max(received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "receivedAt"
from (select recorded_at, received_at from usage_batches order by received_at desc limit 100) as newest
`;

/** RFC 3339 in UTC with microseconds. */
export type Freshness = { readonly recordedAt: string | null; readonly receivedAt: string | null };

/** Reads with {@link READ_FRESHNESS}. */
export async function readFreshness(pool: Pool): Promise<Freshness> {
  const { rows } = await pool.query<Freshness>(READ_FRESHNESS);
  return rows[0] ?? { recordedAt: null, receivedAt: null };
}
