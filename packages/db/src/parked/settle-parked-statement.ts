import { bookedEntries } from '../record/booked-entries.ts';
import { parametersOf } from '../record/parameter-table.ts';
import { rollUp } from '../record/roll-up.ts';
import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';
import { SETTLE_PARKED_PARAMETERS } from './settle-parked-parameters.ts';

const { plan, prices } = SETTLE_PARKED_PARAMETERS;

/**
 * Counts parked events and marks them, in one statement: ledger, rollup, prices and the parked rows themselves. It is
 * the record statement (record/record-batch-statement.ts) for events whose batch was recorded long ago.
 *
 * Guarantees
 * - All or nothing, together with the transaction that locked the rows. An event is in the ledger exactly when its row
 *   says `counted`, so it is counted once, whatever is killed and whoever tries again.
 * - The ledger row names the batch and the position that the event came with. The batch's own account is history and
 *   does not change.
 * - The ledger already holds the same content: the row is `counted` with the resolution `duplicate`, and nothing is
 *   added. It holds another content: the row stays pending as a `conflict`.
 * - What is attributed and priced is current: see `require_directory_version` in the migrations.
 *
 * Errors (nothing is changed)
 * - HM001: the directory changed. Read it again, plan again, run again.
 * - 40001: a copy was committed by another statement while this one ran. Run again.
 *
 * Locks, in this order: the parked rows (by the caller, passing over those that are taken), the directory's shared
 * advisory lock, ledger keys in key order, rollup rows in key order. Record statements take theirs in the same order;
 * one that waits for a parked row here holds no rollup row yet.
 *
 * Parameters: see {@link SETTLE_PARKED_TABLE}. No two events of the plan's rows may have one identity; the plan sees to
 * it.
 */
export const SETTLE_PARKED = `
with guard as materialized (
  select hopsmeter.require_directory_version(${plan.directory_version}) as version
),
ledger_rows as materialized (
  select booked.* from guard, (${bookedEntries(plan.rows)}) as booked
),
first_parts as (
  insert into hopsmeter.usage_events (${LEDGER_COLUMNS})
  select ${LEDGER_COLUMNS}
  from ledger_rows where part = 0 order by event_key
  on conflict (event_key, part) do nothing
  returning event_key, usage_date, booked_on, hopsworks_cluster_id, account_owner_id, user_id, project_id,
    window_started_at, meters, quantities
),
later_parts as (
  insert into hopsmeter.usage_events (${LEDGER_COLUMNS})
  select ${LEDGER_COLUMNS}
  from ledger_rows
  where part > 0 and (event_key in (select event_key from first_parts)) is true
  order by event_key, part
  returning event_key, usage_date, booked_on, hopsworks_cluster_id, account_owner_id, user_id, project_id,
    window_started_at, meters, quantities
),
-- Events that the ledger did not take: their copies, as far as this statement's snapshot shows them.
copies as materialized (
  select id, content_hash, hopsmeter.counted_content_hash(event_key) as counted_hash
  from ledger_rows
  where part = 0 and event_key not in (select event_key from first_parts)
),
outcomes as materialized (
  select id, 'counted' as outcome, null as reason, null as detail
  from ledger_rows
  where part = 0 and (event_key in (select event_key from first_parts)) is true
  union all
  select id, 'duplicate', null, null from copies where content_hash = counted_hash
  union all
  select id, 'pending', 'conflict', 'the ledger holds another content under this identity'
  from copies where content_hash <> counted_hash
  union all
  select id, 'pending', reason, detail
  from guard, jsonb_to_recordset(${plan.problems}) as problem (id uuid, reason text, detail text)
),
settled as (
  update hopsmeter.parked_events as parked set
    status = case
      when outcomes.outcome <> 'pending' then 'counted'
      when outcomes.reason = 'ignored_namespace' then 'ignored'
      else 'pending' end,
    resolved_at = case when outcomes.outcome <> 'pending' or outcomes.reason = 'ignored_namespace' then now() end,
    resolution = case
      when outcomes.outcome <> 'pending' then outcomes.outcome
      when outcomes.reason = 'ignored_namespace' then outcomes.detail end,
    reason = coalesce(outcomes.reason, parked.reason),
    detail = coalesce(outcomes.detail, parked.detail),
    tried_at = now(),
    try_count = parked.try_count + 1,
    tried_version = ${plan.directory_version},
    due_at = null
  from outcomes
  where parked.id = outcomes.id and parked.status = 'pending'
  returning outcomes.outcome
),
used as not materialized (
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity,
    1 as event_count, window_started_at as first_event_at, window_started_at as last_event_at
  from (select * from first_parts union all select * from later_parts) as fresh,
    unnest(fresh.meters, fresh.quantities) as measured (meter, quantity)
),
${rollUp(`unnest(${parametersOf(prices)})`)}
select
  (select count(*) from settled where outcome = 'counted')::integer as counted,
  (select count(*) from settled where outcome = 'duplicate')::integer as duplicates,
  (select count(*) from settled where outcome = 'pending')::integer as pending,
  hopsmeter.require_seen_copies((select count(*) from copies where counted_hash is null))
from guard
`;
