import type { Pool } from '@hopsmeter/db';
import { listCost } from '@hopsmeter/db/list-cost';

/** What the ledger says and the rollup does not, and the other way round; batches that do not match either. */
const FIND_DIFFERENCES = `
with ledger as (
  select
    usage_date, coalesce(booked_on, usage_date) as booked_on, account_owner_id, user_id, hopsworks_cluster_id,
    project_id, meter, sum(quantity) as quantity,
    sum(case adjustment when 'reversal' then -1 else 1 end) as event_count,
    -- Of an adjustment they are for display only: re-rating makes its row with those of the closed ones.
    min(window_started_at) filter (where booked_on is null) as first_event_at,
    max(window_started_at) filter (where booked_on is null) as last_event_at
  from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
  group by usage_date, 2, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
  having sum(quantity) <> 0 or sum(case adjustment when 'reversal' then -1 else 1 end) <> 0
),
rollup_rows as (
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity,
    event_count, case when booked_on = usage_date then first_event_at end,
    case when booked_on = usage_date then last_event_at end
  from hopsmeter.usage_daily
  -- What was taken back altogether, or only carries a re-rating, has no usage of its own.
  where event_count <> 0 or quantity <> 0
),
batches as (
  select id, counted_count, parked_count from hopsmeter.usage_batches
),
counted as (
  select usage_batch_id as id, count(*) as events from hopsmeter.usage_events where part = 0 group by usage_batch_id
),
parked as (
  select
    usage_batch_id as id, count(*) as events,
    count(*) filter (
      where status = 'counted' and resolution = 'counted' and coalesce(deferred, 'usage') not in ('manifest', 'project')
    ) as counted_later
  from hopsmeter.parked_events
  group by usage_batch_id
),
recorded as (
  select
    id,
    -- What was counted later is in the ledger under its batch too; the batch's own account is history.
    coalesce(counted.events, 0) - coalesce(parked.counted_later, 0) as counted_count,
    coalesce(parked.events, 0) as parked_count
  from batches left join counted using (id) left join parked using (id)
)
select 'ledger only: ' || ledger::text as difference from (table ledger except table rollup_rows) as ledger
union all
select 'rollup only: ' || daily::text from (table rollup_rows except table ledger) as daily
union all
select 'batch: ' || batch::text from (table batches except table recorded) as batch
union all
select 'cost: ' || daily::text from hopsmeter.usage_daily as daily
where cost is distinct from ${listCost('quantity', 'price', 'price_quantity')} + price_adjustment
union all
select 'summary: ' || days::text from (
  (
    select booked_on, account_owner_id, meter, quantity, cost, event_count, row_count from hopsmeter.account_days
    where row_count <> 0 or quantity <> 0 or cost <> 0 or event_count <> 0
    except
    select booked_on, account_owner_id, meter, sum(quantity), sum(cost), sum(event_count), count(*)
      from hopsmeter.usage_daily
    group by booked_on, account_owner_id, meter
  )
  union all
  (
    select booked_on, account_owner_id, meter, sum(quantity), sum(cost), sum(event_count), count(*)
      from hopsmeter.usage_daily
    group by booked_on, account_owner_id, meter
    except
    select booked_on, account_owner_id, meter, quantity, cost, event_count, row_count from hopsmeter.account_days
  )
) as days
union all
select 'summary of costs: ' || days::text from (
  (
    select booked_on, account_owner_id, cost, row_count from hopsmeter.account_day_costs
      where row_count <> 0 or cost <> 0
    except
    select booked_on, account_owner_id, sum(cost), count(*) from hopsmeter.usage_daily
      group by booked_on, account_owner_id
  )
  union all
  (
    select booked_on, account_owner_id, sum(cost), count(*) from hopsmeter.usage_daily
      group by booked_on, account_owner_id
    except
    select booked_on, account_owner_id, cost, row_count from hopsmeter.account_day_costs
  )
) as days
union all
select 'parked and ledger disagree: ' || parked.event_id from hopsmeter.parked_events as parked
where (
  status = 'counted' and resolution = 'counted' and coalesce(deferred, 'usage') not in ('manifest', 'project')
) <> exists (
  select from hopsmeter.usage_events as ledger
  where ledger.event_key = parked.event_key and ledger.content_hash = parked.content_hash
    and ledger.usage_batch_id = parked.usage_batch_id and ledger.position = parked.position
)
union all
select 'parked and manifests disagree: ' || parked.event_id from hopsmeter.parked_events as parked
where deferred = 'manifest' and (status = 'counted') <> exists (
  select from hopsmeter.cluster_manifests as manifest
  where manifest.event_key = parked.event_key and manifest.content_hash = parked.content_hash
)
union all
select 'parked and reports of projects disagree: ' || parked.event_id from hopsmeter.parked_events as parked
where deferred = 'project' and (status = 'counted') <> exists (
  select from hopsmeter.project_reports as report
  where report.event_key = parked.event_key and report.content_hash = parked.content_hash
)
union all
select 'parked and corrections disagree: ' || parked.event_id from hopsmeter.parked_events as parked
where deferred = 'correction' and (status = 'counted') <> exists (
  select from hopsmeter.corrections
  where corrections.event_key = parked.event_key
    and parked.content_hash = hopsmeter.counted_content_hash(parked.event_key)
)
union all
select 'event without a batch: ' || event_id from hopsmeter.usage_events
where not exists (select from hopsmeter.usage_batches where id = usage_batch_id)
`;

/**
 * Compares ledger, rollup, its summaries and batches to the last digit.
 *
 * @returns the differences; there must be none.
 */
export async function findRollupDifferences(pool: Pool): Promise<readonly string[]> {
  const result = await pool.query<{ difference: string }>(FIND_DIFFERENCES);
  return result.rows.map(({ difference }) => difference);
}
