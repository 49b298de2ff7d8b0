import { rollUp } from './roll-up.ts';

/**
 * Records one batch or several together: ledger, parked events, rollup, prices and each batch's own account, in one
 * statement. Together is cheaper, because the rollup rows that batches share are updated once.
 *
 * Guarantees
 * - All or nothing, in autocommit: there is no transaction to leave open and no session state, so it runs on a
 *   transaction pooler.
 * - Each event is counted once, whoever runs it how often: only rows that the ledger took are rolled up, and when one of
 *   the batches is already in `usage_batches` nothing changes, for any of them.
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
 * Locks, in this order: the directory's shared advisory lock, ledger keys in key order, parked keys in key order, rollup
 * rows in key order, the batches. Every writer takes them in this order, so writers wait for each other but never in a
 * circle (unsorted: 284 deadlocks in 160 batches of four writers; sorted: none).
 *
 * Two spellings are for the planner, which can not know what is in a parameter or how many rows an insert returns.
 * `in … is true` and `not in` are no joins to it but hash look-ups; as joins they became nested loops, 1.2 s instead of
 * 0.05 for 5,000 events. `part < 1` is `part = 0`, but taken for a third of the rows instead of one in two hundred, and
 * outer joins never lower that guess, so the lists are joined by hash. A place without an entry breaks a not-null
 * constraint instead of losing the row.
 *
 * Lists travel as arrays in parallel, one parameter a column: small values that repeat (who, windows, prices) travel once
 * and rows point to them by their place from 1.
 */
export const RECORD_BATCH = `
with guard as materialized (
  select require_directory_version($2::bigint) as version
  where not exists (select from usage_batches where id = any ($1::uuid[]))
),
batches as materialized (
  select batch.*
  from guard, unnest($1::uuid[], $3::timestamptz[], $4::integer[], $5::jsonb[], $10::integer[]) with ordinality
    as batch (id, received_at, event_count, requests, duplicates_within, place)
),
input as materialized (
  select event.*
  from guard, unnest(
    $11::uuid[], $12::smallint[], $13::date[], $14::bigint[], $15::integer[], $16::integer[], $17::integer[],
    $18::text[], $19::text[], $20::text[], $21::text[], $22::integer[], $23::text[], $44::integer[]
  ) as event (
    event_key, part, usage_date, content_hash, position, attribution, time_window,
    source_path, event_id, event_type, attributed_by, meter_list, quantities,
    batch
  )
),
-- distinct: the places are distinct anyway, but so the planner knows. Else it expects a two-hundredth of the list behind
-- each place and multiplies these guesses: 5,000 events of 1,000 attributions and 5,000 windows took 3 s, now 0.15.
attributions as not materialized (
  select distinct on (attribution) * from unnest($6::text[], $7::text[], $8::uuid[], $9::uuid[], $41::date[])
    with ordinality as who (account_owner_id, user_id, hopsworks_cluster_id, project_id, booked_on, attribution)
),
time_windows as not materialized (
  select distinct on (time_window) * from unnest($24::timestamptz[], $25::timestamptz[]) with ordinality
    as span (window_started_at, window_ended_at, time_window)
),
meter_lists as not materialized (
  select distinct on (meter_list) meters::text[] as meters, meter_list
  from unnest($40::text[]) with ordinality as list (meters, meter_list)
),
-- not materialized: its rows are wide, and nearly all of them are read once.
ledger_rows as not materialized (
  select
    event_key, part, usage_date, content_hash, ($1::uuid[])[batch], position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at,
    meters, quantities::numeric[], booked_on
  from input
  left join attributions using (attribution)
  left join time_windows using (time_window)
  left join meter_lists using (meter_list)
),
first_parts as (
  insert into usage_events
  select * from ledger_rows where part < 1 order by event_key
  on conflict (event_key, part) do nothing
  returning event_key, usage_date, booked_on, hopsworks_cluster_id, account_owner_id, user_id, project_id, window_started_at,
    meters, quantities, usage_batch_id
),
later_parts as (
  insert into usage_events
  select * from ledger_rows
  where part > 0 and (event_key in (select event_key from first_parts)) is true
  order by event_key, part
  returning event_key, usage_date, booked_on, hopsworks_cluster_id, account_owner_id, user_id, project_id, window_started_at,
    meters, quantities, usage_batch_id
),
-- Events that the ledger did not take: their copies, as far as this statement's snapshot shows them.
copies as materialized (
  select input.batch, input.position, input.content_hash, counted_content_hash(input.event_key) as counted_hash
  from input
  where input.part = 0 and input.event_key not in (select event_key from first_parts)
),
-- Events that can not be counted, unless the ledger already holds them.
park_input as materialized (
  select parked.*, counted_content_hash(parked.event_key) as counted_hash
  from guard, unnest(
    $26::uuid[], $27::bigint[], $28::integer[], $29::uuid[], $30::text[], $31::text[], $32::text[], $33::text[],
    $34::jsonb[], $45::integer[]
  ) as parked (
    event_key, content_hash, position, hopsworks_cluster_id, source_path, event_id, reason, detail, event, batch
  )
),
newly_parked as (
  insert into parked_events
    (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail, event)
  select
    event_key, content_hash, ($1::uuid[])[batch], position, hopsworks_cluster_id, source_path, event_id,
    case when counted_hash is null then reason else 'conflict' end,
    case when counted_hash is null then detail else 'the ledger holds another content under this identity' end,
    event
  from park_input
  where counted_hash is distinct from content_hash
  order by event_key, content_hash
  on conflict (event_key, content_hash) do nothing
  returning usage_batch_id
),
${rollUp('unnest($35::date[], $36::text[], $42::text[], $37::uuid[], $43::uuid[], $38::numeric[], $39::numeric[])')},
counts as materialized (
  select usage_batch_id, sum(counted) as counted, sum(duplicates) as duplicates, sum(parked) as parked
  from (
    select usage_batch_id, 1 as counted, 0 as duplicates, 0 as parked from first_parts
    union all select ($1::uuid[])[batch], 0, 1, 0 from copies where content_hash = counted_hash
    union all select ($1::uuid[])[batch], 0, 1, 0 from park_input
    union all select usage_batch_id, 0, -1, 1 from newly_parked
  ) as verdicts
  group by usage_batch_id
),
result as materialized (
  select
    batches.*,
    coalesce(counts.counted, 0) as counted,
    coalesce(counts.duplicates, 0) + duplicates_within as duplicates,
    coalesce(counts.parked, 0) as parked,
    require_no_conflicts((select array_agg(position) from copies where content_hash <> counted_hash)),
    require_seen_copies((select count(*) from copies where counted_hash is null))
  -- full: what belongs to no batch becomes a row without an id, which breaks a constraint instead of vanishing.
  from batches
  full join counts on counts.usage_batch_id = batches.id
),
recorded as (
  insert into usage_batches
    (id, received_at, event_count, counted_count, duplicate_count, parked_count, requests)
  select id, received_at, event_count, counted, duplicates, parked, requests from result order by id
  on conflict (id) do nothing
  returning 1
)
select counted::integer, duplicates::integer, parked::integer from result order by place
`;
