import type { Query } from '../connection/query.ts';
import { instantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { parkedInstant, parkedJson, parkedText } from '../sql/parked-event.ts';

const exact = (value: string) => `${roundedQuantity(`(${value})::numeric`)}::text`;

/**
 * The correction chain that an event belongs to, from either end: the corrections that were counted in their order of
 * force, the one in force last, then those that are parked and name one of the chain or the event itself. Copies in
 * conflict are left out: they are no corrections, but other contents of one. Without any correction there is no row.
 *
 * Parameters: $1 key of the event, or of what it names where it is a parked correction; $2 key of the event. Every
 * look-up is by key.
 */
const READ_CHAIN = `
with root as (
  select coalesce((select root_event_key from hopsmeter.corrections where event_key = $1::uuid), $1::uuid) as key
),
counted as (
  select corrections.*, row_number() over (order by corrected_at desc, event_id collate "C" desc) = 1 as is_in_force
  from hopsmeter.corrections where root_event_key = (select key from root)
),
names as (
  select event_key as key, event_id as id from counted
  union all
  select key, coalesce(
    (select event_id from hopsmeter.usage_events where event_key = root.key order by part limit 1),
    (select event_id from hopsmeter.parked_events where event_key = root.key order by parked_at, id limit 1)
  )
  from root
),
members as (
  select
    event_key, event_id, (select id from names where key = replaces_event_key) as replaces_id,
    case when is_in_force then 'in_force' else 'superseded' end as status, corrected_at, applied_at, (
      select coalesce(jsonb_agg(jsonb_build_object('meter', meter, 'quantity', ${exact('quantity')})
        order by meter), '[]')
      from jsonb_each_text(quantities) as said (meter, quantity)
    ) as quantities, reason
  from counted
  union all
  select
    event_key, event_id, ${parkedText('replaces')}, case status when 'pending' then 'parked' else status end,
    ${parkedInstant('correctedAt')}, null, (
      select coalesce(
        jsonb_agg(jsonb_build_object('meter', said.meter, 'quantity', ${exact('said.quantity')})
          order by said.meter), '[]')
      from jsonb_to_recordset(${parkedJson('usages')}) as said (meter text, quantity text)
    ), ${parkedText('reason')}
  from hopsmeter.parked_events
  where replaces_key = any (array(select key from names) || $2::uuid) and status in ('pending', 'given_up')
    and reason <> 'conflict'
)
select
  event_key::text as "eventKey", event_id as id, replaces_id as "replacesId", status,
  ${instantText('corrected_at')} as "correctedAt", ${instantText('applied_at')} as "appliedAt", quantities, reason,
  (select id from names where key = (select key from root)) as "rootId"
from members
order by applied_at is null, members.corrected_at, event_id collate "C"
`;

/** A correction of a chain. Times are RFC 3339 in UTC; no quantities make a void. */
export type ChainCorrection = {
  readonly eventKey: string;
  readonly id: string;
  /** The id that it names; null when nothing is known under it. */
  readonly replacesId: string | null;
  readonly status: 'in_force' | 'superseded' | 'parked' | 'given_up';
  readonly correctedAt: string | null;
  /** When it was counted; null for one that is not. */
  readonly appliedAt: string | null;
  readonly quantities: readonly { readonly meter: string; readonly quantity: string }[];
  readonly reason: string | null;
  /** The event that the chain is about; null while nothing is known of it. */
  readonly rootId: string | null;
};

/** Reads with {@link READ_CHAIN}. */
export function readChain(
  { rowsOf }: Query,
  { eventKey, namedKey = eventKey }: { readonly eventKey: string; readonly namedKey?: string | undefined },
): Promise<readonly ChainCorrection[]> {
  return rowsOf<ChainCorrection>(READ_CHAIN, [namedKey, eventKey]);
}
