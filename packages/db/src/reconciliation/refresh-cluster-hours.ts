import type { Query } from '../connection/query.ts';

/**
 * Makes what is known of the hours of each cluster what the ledger says of one usage day.
 *
 * Counted is usage as it was reported: adjustments of closed months and corrections are ours and are left out, so that
 * a cluster's own count can be compared. An event is counted on its first day, in the hour in which its window began;
 * what later days hold of it is added to the sums of that hour by rows of their own.
 *
 * One fact may come under several ids, of a collector that runs twice or whose windows reach into each other. All of it
 * is counted, because nobody can tell it from real usage; `overlapping_count` shows it: events with a window that
 * overlaps that of an earlier event of the same user, project, type and meter. What a correction made void overlaps
 * nothing. Sorted, not joined, so a day costs its rows, however many overlap; meters are looked at only where windows
 * overlap.
 *
 * Guarantees: running it twice changes nothing but the time of the check. Parameters: $1 usage day. Locks: the rows of
 * the day, in key order.
 */
const REFRESH_CLUSTER_HOURS = `
with parts as materialized (
  select
    hopsworks_cluster_id, date_trunc('hour', window_started_at, 'UTC') as hour, source_path, part, event_key,
    event_type,
    user_id, project_id, window_started_at, window_ended_at, meters, quantities
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
  select hopsworks_cluster_id, hour, source_path, jsonb_object_agg(meter, trim_scale(quantity)::text) as sums
  from (
    select hopsworks_cluster_id, hour, source_path, used.meter, sum(used.quantity) as quantity
    from parts, unnest(meters, quantities) as used (meter, quantity)
    group by hopsworks_cluster_id, hour, source_path, used.meter
  ) as by_meter
  group by hopsworks_cluster_id, hour, source_path
),
suspects as (
  select distinct hopsworks_cluster_id, user_id, project_id, event_type
  from (
    select hopsworks_cluster_id, user_id, project_id, event_type, window_started_at < max(window_ended_at) over (
        partition by hopsworks_cluster_id, user_id, project_id, event_type
        order by window_started_at, window_ended_at, event_key rows between unbounded preceding and 1 preceding
      ) as is_overlapping
    from parts where window_ended_at > window_started_at
  ) as spans
  where is_overlapping
),
overlapping_hours as (
  select hopsworks_cluster_id, hour, source_path, count(distinct event_key) as overlapping_count
  from (
    select parts.hopsworks_cluster_id, hour, source_path, part, event_key,
      window_started_at < max(window_ended_at) over (
        partition by parts.hopsworks_cluster_id, parts.user_id, parts.project_id, parts.event_type, meter
        order by window_started_at, window_ended_at, event_key rows between unbounded preceding and 1 preceding
      ) as is_overlapping
    from parts
    join suspects on suspects.hopsworks_cluster_id = parts.hopsworks_cluster_id and suspects.user_id = parts.user_id
      and suspects.project_id is not distinct from parts.project_id and suspects.event_type = parts.event_type
    cross join unnest(meters) as meter
    where window_ended_at > window_started_at and not coalesce((
      select quantities = '{}' from hopsmeter.corrections where root_event_key = parts.event_key
      order by corrected_at desc, event_id collate "C" desc limit 1
    ), false)
  ) as by_meter
  where is_overlapping and part = 0
  group by hopsworks_cluster_id, hour, source_path
),
hours as materialized (
  select counts.*, coalesce(sums.sums, '{}') as sums, coalesce(overlapping_count, 0) as overlapping_count
  from counts
  left join sums using (hopsworks_cluster_id, hour, source_path)
  left join overlapping_hours using (hopsworks_cluster_id, hour, source_path)
),
gone as (
  delete from hopsmeter.cluster_hours
  where usage_date = $1::date
    and (hopsworks_cluster_id, hour, source_path) not in (select hopsworks_cluster_id, hour, source_path from hours)
)
insert into hopsmeter.cluster_hours
  (hopsworks_cluster_id, hour, source_path, usage_date, event_count, overlapping_count, sums, last_window_ended_at,
   checked_at)
select
  hopsworks_cluster_id, hour, source_path, $1::date, event_count, overlapping_count, sums, last_window_ended_at, now()
from hours
order by hopsworks_cluster_id, hour, source_path
on conflict (hopsworks_cluster_id, hour, source_path, usage_date) do update set
  event_count = excluded.event_count,
  overlapping_count = excluded.overlapping_count,
  sums = excluded.sums,
  last_window_ended_at = excluded.last_window_ended_at,
  checked_at = excluded.checked_at
`;

/** Refreshes with {@link REFRESH_CLUSTER_HOURS}. */
export async function refreshClusterHours({ rowsOf }: Query, day: string): Promise<void> {
  await rowsOf(REFRESH_CLUSTER_HOURS, [day]);
}
