import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';
import { parametersOf, placedRelation } from './parameter-table.ts';
import { codedRows, parkedRows } from './record-fragments.ts';
import { RECORD_PARAMETERS } from './record-parameters.ts';
import { rollUp } from './roll-up.ts';

const { record, batches, windows, prices } = RECORD_PARAMETERS;

/** Meters of one ledger row at most, see {@link RECORD_BATCH}; an event feeds three at most. */
const METERS_MAX = 4;

const SUMS = Array.from({ length: METERS_MAX }, (_, meter) => `sum(quantities[${meter + 1}])`).join(', ');

/**
 * Records one batch or several together: ledger, parked events, rollup, prices and each batch's own account, in one
 * statement. Together is cheaper, because the rollup rows that batches share are updated once.
 *
 * Guarantees
 * - All or nothing, in autocommit: there is no transaction to leave open and no session state, so it runs on a
 *   transaction pooler.
 * - Each event is counted once, whoever runs it how often: only rows that the ledger took are rolled up, and when one
 *   of the batches is already in `usage_batches` nothing changes, for any of them.
 * - event_count = counted + duplicate + parked of each batch, checked by the table.
 * - What is attributed and priced is current: see `require_directory_version` in the migrations.
 *
 * Errors (nothing is recorded)
 * - HM001: the directory changed. Read it again, attribute again, run again.
 * - HM002: the ledger holds other contents under some of the identities; DETAIL lists their positions. Run again with
 *   those events among the parked ones. A position means something within one batch only.
 * - 40001: an equal event was committed by another statement while this one ran; what it says is visible only to a new
 *   snapshot. Run again.
 *
 * Locks, in this order: the directory's shared advisory lock, ledger keys in key order, parked keys in key order,
 * rollup rows in key order, the batches. Every writer takes them in this order, so writers wait for each other but
 * never in a circle (unsorted: 284 deadlocks in 160 batches of four writers; sorted: none).
 *
 * Two spellings are for the planner, which cannot know what is in a parameter or how many rows an insert returns.
 * `in … is true` and `not in` are no joins to it but hash look-ups; as joins they became nested loops, 1.2 s instead of
 * 0.05 for 5,000 events. `part < 1` is `part = 0`, but taken for a third of the rows instead of one in two hundred, and
 * outer joins never lower that guess, so the lists are joined by hash. A place without an entry breaks a not-null
 * constraint instead of losing the row.
 *
 * Parameters: see {@link RECORD_PARAMETERS}.
 */
export const RECORD_BATCH = `
with guard as materialized (
  select hopsmeter.require_directory_version(${record.directory_version}) as version
  where not exists (select from hopsmeter.usage_batches where id = any (${batches.id}))
),
batches as materialized (
  select batch.* from guard, ${placedRelation('batch', batches, 'place')}
),
${codedRows(RECORD_PARAMETERS, false)},
first_parts as (
  insert into hopsmeter.usage_events (${LEDGER_COLUMNS})
  select ${LEDGER_COLUMNS}
  from ledger_rows where part < 1 order by event_key
  on conflict (event_key, part) do nothing
  returning event_key
),
later_parts as (
  insert into hopsmeter.usage_events (${LEDGER_COLUMNS})
  select ${LEDGER_COLUMNS}
  from ledger_rows
  where part > 0 and (event_key in (select event_key from first_parts)) is true
  order by event_key, part
  returning 1
),
judged as materialized (
  select
    batch, part, position, event_key, content_hash, usage_date, attribution, time_window, kind, quantities,
    (event_key in (select event_key from first_parts)) is true as is_new
  from input
),
-- Events that the ledger did not take: their copies, as far as this statement's snapshot shows them.
copies as materialized (
  select batch, position, content_hash, hopsmeter.counted_content_hash(event_key) as counted_hash
  from judged
  where part = 0 and not is_new
),
-- Summed by places first: that compares three numbers where the rollup's key has texts, and a row once instead of once
-- for each of its meters.
used_by_kind as materialized (
  select
    usage_date, attribution, kind, count(*) as event_count,
    min((${windows.started_at})[time_window]) as first_event_at,
    max((${windows.started_at})[time_window]) as last_event_at,
    array[${SUMS}] as quantities
  from judged
  where is_new
  group by usage_date, attribution, kind
),
-- A meter without a quantity or the other way round breaks a not-null constraint; past both ends is nothing.
used as not materialized (
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, event_count,
    first_event_at, last_event_at
  from used_by_kind
  left join attributions using (attribution)
  left join kinds using (kind),
  unnest(kinds.meters, used_by_kind.quantities) as sums (meter, quantity)
  where meter is not null or quantity is not null
),
${parkedRows(RECORD_PARAMETERS, 'guard')},
${rollUp(`unnest(${parametersOf(prices)})`)},
counts as materialized (
  select usage_batch_id, sum(counted) as counted, sum(duplicates) as duplicates, sum(parked) as parked
  from (
    select (${batches.id})[batch] as usage_batch_id, counted, 0 as duplicates, 0 as parked
    from (select batch, count(*) as counted from judged where part = 0 and is_new group by batch) as by_batch
    union all select (${batches.id})[batch], 0, 1, 0 from copies where content_hash = counted_hash
    union all select (${batches.id})[batch], 0, 1, 0 from park_input
    union all select usage_batch_id, 0, -1, 1 from newly_parked
  ) as verdicts
  group by usage_batch_id
),
result as materialized (
  select
    batches.*,
    -- What is rolled up is what the ledger took, row for row: else nothing, which breaks a not-null constraint.
    case when (select count(*) from judged where is_new)
      = (select count(*) from first_parts) + (select count(*) from later_parts)
    then coalesce(counts.counted, 0) end as counted,
    coalesce(counts.duplicates, 0) + duplicates_within as duplicates,
    coalesce(counts.parked, 0) as parked,
    hopsmeter.require_no_conflicts((select array_agg(position) from copies where content_hash <> counted_hash)),
    hopsmeter.require_seen_copies((select count(*) from copies where counted_hash is null))
  -- full: what belongs to no batch becomes a row without an id, which breaks a constraint instead of vanishing.
  from batches
  full join counts on counts.usage_batch_id = batches.id
),
recorded as (
  insert into hopsmeter.usage_batches
    (id, received_at, event_count, counted_count, duplicate_count, parked_count, requests)
  select id, received_at, event_count, counted, duplicates, parked, requests from result order by id
  on conflict (id) do nothing
  returning 1
)
select counted::integer, duplicates::integer, parked::integer from result order by place
`;
