import { type CountedInstant, parseTime } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';

/**
 * What the ledger counted under some keys without a window: when it was used and what it said in short.
 *
 * Parameters: $1 event keys. One look-up by key each.
 */
const READ_COUNTED_INSTANTS = `
select
  event_key::text as "eventKey", content_hash::text as "contentHash",
  ${finiteInstantText('window_started_at')} as at
from hopsmeter.usage_events
where event_key = any ($1::uuid[]) and part = 0 and window_started_at = window_ended_at
`;

/** Reads the counted events without a window among some, by their keys as 32 hexadecimal characters. */
export async function readCountedInstants(
  pool: Pool,
  eventKeys: readonly string[],
): Promise<ReadonlyMap<string, CountedInstant>> {
  const { rows } = await pool.query<{ eventKey: string; contentHash: string; at: string }>(READ_COUNTED_INSTANTS, [
    eventKeys,
  ]);
  const found = new Map<string, CountedInstant>();
  for (const { eventKey, contentHash, at } of rows) {
    const micros = parseTime(at);
    if (micros !== undefined) found.set(eventKey.replaceAll('-', ''), { at: micros, contentHash: BigInt(contentHash) });
  }
  return found;
}
