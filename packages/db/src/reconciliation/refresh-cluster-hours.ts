import type { Statements } from './check-day.ts';

/**
 * Makes what is known of the hours of each cluster what the ledger says of one usage day.
 *
 * Counted is usage as it was reported: adjustments of closed months and corrections are ours and are left out, so that a
 * cluster's own count can be compared. An event is counted on its first day, in the hour in which its window began; what
 * later days hold of it is added to the sums of that hour by rows of their own.
 *
 * Guarantees: running it twice changes nothing but the time of the check. Parameters: $1 usage day. Locks: the rows of the
 * day, in key order.
 */
const REFRESH_CLUSTER_HOURS = `
with parts as materialized (
  select
    hopsworks_cluster_id, date_trunc('hour', window_started_at, 'UTC') as hour, source_path, part, window_ended_at, meters,
    quantities
  from hopsmeter.usage_events
  where usage_date = $1::date and adjustment is null
),
counts as (
  select
    hopsworks_cluster_id, hour, source_path, count(*) filter (where part = 0) as event_count,
    max(window_ended_at) as last_window_ended_at
  from parts group by hopsworks_cluster_id, hour, source_path
),
sums as (
  select hopsworks_cluster_id, hour, source_path, jsonb_object_agg(meter, quantity::text) as sums
  from (
    select hopsworks_cluster_id, hour, source_path, used.meter, sum(used.quantity)::numeric(38, 12) as quantity
    from parts, unnest(meters, quantities) as used (meter, quantity)
    group by hopsworks_cluster_id, hour, source_path, used.meter
  ) as by_meter
  group by hopsworks_cluster_id, hour, source_path
),
hours as materialized (
  select counts.*, coalesce(sums.sums, '{}') as sums
  from counts left join sums using (hopsworks_cluster_id, hour, source_path)
),
gone as (
  delete from hopsmeter.cluster_hours
  where usage_date = $1::date
    and (hopsworks_cluster_id, hour, source_path) not in (select hopsworks_cluster_id, hour, source_path from hours)
)
insert into hopsmeter.cluster_hours
  (hopsworks_cluster_id, hour, source_path, usage_date, event_count, sums, last_window_ended_at, checked_at)
select hopsworks_cluster_id, hour, source_path, $1::date, event_count, sums, last_window_ended_at, now()
from hours
order by hopsworks_cluster_id, hour, source_path
on conflict (hopsworks_cluster_id, hour, source_path, usage_date) do update set
  event_count = excluded.event_count,
  sums = excluded.sums,
  last_window_ended_at = excluded.last_window_ended_at,
  checked_at = excluded.checked_at
`;

/** Refreshes with {@link REFRESH_CLUSTER_HOURS}. */
export async function refreshClusterHours({ rowsOf }: Statements, day: string): Promise<void> {
  await rowsOf(REFRESH_CLUSTER_HOURS, [day]);
}
