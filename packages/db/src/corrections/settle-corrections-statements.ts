import { bookedEntries } from '../record/booked-entries.ts';
import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';

/**
 * The statements that settle corrections, in the order in which they run; one transaction, see settle-corrections.ts.
 *
 * They go the way of the record statement (record/record-batch-statement.ts) in steps: ledger, rollup, parked rows. One
 * statement could not do it: what a correction takes back lowers rows of the rollup, and Postgres checks the difference
 * itself against `usage_daily_quantity_valid` before it finds the row to add it to.
 */

/**
 * Refuses an old directory with HM001, and holds it until the transaction ends.
 *
 * Parameters: $1 version. Lock: the directory's shared advisory lock.
 */
export const HOLD_DIRECTORY = 'select hopsmeter.require_directory_version($1::bigint)';

/**
 * Adds rows to the ledger under the identities of parked events.
 *
 * Guarantees: the row names the batch and the position that the event came with, so it is found where it was parked. An
 * identity that the ledger took meanwhile gets none; the caller counts the rows and begins again.
 *
 * Parameters: $1 rows as JSON. Locks: ledger keys in key order.
 */
export const ADD_LEDGER_ROWS = `
insert into hopsmeter.usage_events (${LEDGER_COLUMNS}, adjustment)
select ${LEDGER_COLUMNS}, adjustment from (${bookedEntries('$1::jsonb')}) as booked
order by event_key, part
on conflict (event_key, part) do nothing
returning event_key::text as "eventKey"
`;

/**
 * Makes sure that the rollup has every row that new ledger rows change, and tells by how much.
 *
 * Guarantees: rows that are there keep their price, new ones get the price in force on their usage day and begin with
 * nothing; a meter without a price breaks a not-null constraint. From here on the rows are held.
 *
 * Parameters: $1 keys of events whose ledger rows are all new. Locks: rollup rows in key order.
 */
export const OPEN_ROLLUP_ROWS = `
with changes as materialized (
  select
    usage_date, coalesce(booked_on, usage_date) as booked_on, account_owner_id, user_id, hopsworks_cluster_id,
    project_id, used.meter, sum(used.quantity) as quantity,
    sum(case adjustment when 'reversal' then -1 else 1 end) as event_count,
    min(window_started_at) as first_event_at, max(window_started_at) as last_event_at
  from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
  where event_key = any($1::uuid[])
  group by usage_date, 2, account_owner_id, user_id, hopsworks_cluster_id, project_id, used.meter
),
opened as (
  insert into hopsmeter.usage_daily as daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
     price_override_id, price, price_quantity, event_count, first_event_at, last_event_at)
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, 0, price.rate_id,
    price.price_override_id, price.price, price.price_quantity, 0, first_event_at, last_event_at
  from changes
  left join lateral hopsmeter.effective_price(account_owner_id, meter, usage_date) as price on true
  order by account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date
  on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
    first_event_at = least(daily.first_event_at, excluded.first_event_at),
    last_event_at = greatest(daily.last_event_at, excluded.last_event_at),
    updated_at = now()
  returning id, usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
)
select opened.id, changes.quantity::text, changes.event_count::text
from opened
join changes using (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter)
where opened.project_id is not distinct from changes.project_id
`;

/**
 * Adds the differences to the rollup. Parameters: $1 what OPEN_ROLLUP_ROWS answered, as JSON. Locks: it has them all.
 */
export const CHANGE_ROLLUP_ROWS = `
update hopsmeter.usage_daily as daily set
  quantity = daily.quantity + change.quantity,
  event_count = daily.event_count + change.event_count
from jsonb_to_recordset($1::jsonb) as change (id uuid, quantity numeric, event_count bigint)
where daily.id = change.id
`;

/** Links corrections to their originals. Parameters: $1 corrections as JSON. Held by the locks of their chains. */
export const ADD_CORRECTIONS = `
insert into hopsmeter.corrections
  (event_key, root_event_key, replaces_event_key, event_id, corrected_at, quantities, reason)
select
  parked.event_key, entry.root_event_key, parked.replaces_key, entry.event_id, entry.corrected_at, entry.quantities,
  entry.reason
from jsonb_to_recordset($1::jsonb) as entry (
  id uuid, root_event_key uuid, event_id text, corrected_at timestamptz, quantities jsonb, reason text
)
join hopsmeter.parked_events as parked on parked.id = entry.id
`;

/**
 * Marks parked events with what became of them. Parameters: $1 outcomes as JSON, $2 version of the directory. Locks: it
 * has them all.
 */
export const MARK_PARKED = `
update hopsmeter.parked_events as parked set
  status = case entry.outcome when 'pending' then 'pending' else 'counted' end,
  resolved_at = case entry.outcome when 'pending' then null else now() end,
  resolution = case entry.outcome when 'pending' then null else entry.outcome end,
  reason = coalesce(entry.reason, parked.reason),
  detail = coalesce(entry.detail, parked.detail),
  tried_at = now(),
  try_count = parked.try_count + 1,
  tried_version = $2::bigint,
  due_at = null
from jsonb_to_recordset($1::jsonb) as entry (id uuid, outcome text, reason text, detail text)
where parked.id = entry.id and parked.status = 'pending'
returning parked.id
`;
