import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';

/**
 * How fresh totals are: when the newest usage was received, and when usage was last recorded.
 *
 * Guarantees: read before a total, that total holds at least what was recorded by then. NULL while there is no batch.
 *
 * Both come from the end of an index, so this costs the same whatever the size of the history.
 */
const READ_FRESHNESS = `
select
  ${finiteInstantText('(select max(recorded_at) from hopsmeter.usage_batches)')} as "recordedAt",
  ${finiteInstantText('(select max(received_at) from hopsmeter.usage_batches)')} as "receivedAt"
`;

/** RFC 3339 in UTC with microseconds. */
export type Freshness = { readonly recordedAt: string | null; readonly receivedAt: string | null };

/** Reads with {@link READ_FRESHNESS}. */
export async function readFreshness(pool: Pool): Promise<Freshness> {
  const { rows } = await pool.query<Freshness>(READ_FRESHNESS);
  return rows[0] ?? { recordedAt: null, receivedAt: null };
}
