import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';

/**
 * The chain of an event: the corrections that were counted of it, the one in force last. Asked for a correction, it is
 * the chain that the correction belongs to.
 *
 * Parameters: $1 event key. Two look-ups by index.
 */
const READ_CORRECTIONS = `
select
  event_key::text as "eventKey", root_event_key::text as "rootEventKey", replaces_event_key::text as "replacesEventKey",
  event_id as "eventId",
  ${finiteInstantText('corrected_at')} as "correctedAt",
  ${finiteInstantText('applied_at')} as "appliedAt",
  quantities, reason,
  row_number() over (order by corrected_at desc, event_id collate "C" desc) = 1 as "isInForce"
from hopsmeter.corrections
where root_event_key = coalesce((select root_event_key from hopsmeter.corrections where event_key = $1::uuid), $1::uuid)
order by corrected_at, event_id collate "C"
`;

/** A counted correction. Times are RFC 3339 in UTC with microseconds, quantities decimal texts by meter. */
export type CorrectionRow = {
  readonly eventKey: string;
  /** The event that the chain is about. */
  readonly rootEventKey: string;
  /** What it names: the root, or another correction. */
  readonly replacesEventKey: string;
  readonly eventId: string;
  readonly correctedAt: string;
  readonly appliedAt: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly reason: string | null;
  readonly isInForce: boolean;
};

/** Reads with {@link READ_CORRECTIONS}. */
export async function readCorrections(pool: Pool, eventKey: string): Promise<readonly CorrectionRow[]> {
  return (await pool.query<CorrectionRow>(READ_CORRECTIONS, [eventKey])).rows;
}
