/**
 * A cluster's usage is expected until so long after an hour; then the hour is missing. Collectors report an hour within
 * minutes, and one that was restarted sends what it kept.
 */
const HOUR_EXPECTED_WITHIN = `interval '2 hours'`;

/**
 * SQL for whether an hour of a cluster is missing: nothing was counted of it and no manifest speaks of it, although the
 * cluster had reported before.
 *
 * What we do not know is not missing: the hour's day must have been compared since the hour was due. A window that
 * began earlier and reaches into the hour covers it. A cluster that is inactive misses nothing after its last usage.
 *
 * It reads `cell` (cluster, hour, is_used, is_reported) and `span` (first_hour, last_ended_at, is_active) of the
 * cluster.
 */
const IS_MISSING = `
(
  not cell.is_used and not cell.is_reported and span.first_hour < cell.hour
  and (span.is_active or cell.hour < span.last_ended_at)
  and exists (
    select from hopsmeter.reconciled_days
    where day = (cell.hour at time zone 'UTC')::date
      and checked_at >= cell.hour + interval '1 hour' + ${HOUR_EXPECTED_WITHIN}
  )
)`;

/**
 * Relations for {@link IS_MISSING}: `spans`, since when each cluster reports, and `grid`, a row for each of its hours
 * from $1 up to, but not including, $2, that has begun. $3: the only cluster, or NULL for all.
 */
export const GRID = `
spans as materialized (
  select
    clusters.id as cluster, clusters.name, clusters.status = 'active' as is_active,
    (select min(hour) from hopsmeter.cluster_hours where hopsworks_cluster_id = clusters.id) as first_hour,
    (select max(last_window_ended_at) from hopsmeter.cluster_hours
      where hopsworks_cluster_id = clusters.id) as last_ended_at
  from hopsmeter.hopsworks_clusters as clusters
  where $3::uuid is null or clusters.id = $3
),
used as materialized (
  select hopsworks_cluster_id as cluster, hour, source_path, event_count, overlapping_count, sums,
    last_window_ended_at
  from hopsmeter.cluster_hours
  -- A window is at most a month long, unless a person released it.
  where hour >= $1::timestamptz - interval '31 days' and hour < $2::timestamptz + interval '31 days'
    and ($3::uuid is null or hopsworks_cluster_id = $3)
),
manifests as materialized (
  select
    event_key, hopsworks_cluster_id as cluster, source_path, event_count, sums,
    date_trunc('hour', window_started_at, 'UTC') as first_hour,
    date_trunc('hour', window_ended_at - interval '1 microsecond', 'UTC') as last_hour,
    -- What was counted is as old as the last comparison of the days that the window touches.
    recorded_at <= all (
      select coalesce(checked_at, '-infinity')
      from generate_series(
        (window_started_at at time zone 'UTC')::date,
        ((window_ended_at - interval '1 microsecond') at time zone 'UTC')::date, interval '1 day'
      ) as touched left join hopsmeter.reconciled_days on day = touched::date
    ) as is_checked
  from hopsmeter.cluster_manifests
  where window_started_at < $2::timestamptz and window_started_at >= $1::timestamptz - interval '31 days'
    and window_ended_at > $1::timestamptz
    and ($3::uuid is null or hopsworks_cluster_id = $3)
),
manifest_hours as materialized (
  select manifests.*, hour
  from manifests cross join lateral generate_series(
    greatest(first_hour, $1::timestamptz), least(last_hour, $2::timestamptz - interval '1 hour'), interval '1 hour'
  ) as hour
),
hours as materialized (
  select hour from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') as hour
  where hour <= now()
),
used_hours as materialized (
  select distinct cluster, covered as hour
  from used cross join lateral generate_series(
    greatest(hour, $1::timestamptz),
    greatest(hour, least(last_window_ended_at, $2::timestamptz) - interval '1 microsecond'), interval '1 hour'
  ) as covered
),
reported_hours as materialized (select distinct cluster, hour from manifest_hours),
grid as materialized (
  select
    cell.*, ${IS_MISSING} as is_missing
  from (
    select
      spans.cluster, hours.hour, used_hours.hour is not null as is_used, reported_hours.hour is not null as is_reported
    from spans cross join hours
    left join used_hours on used_hours.cluster = spans.cluster and used_hours.hour = hours.hour
    left join reported_hours on reported_hours.cluster = spans.cluster and reported_hours.hour = hours.hour
  ) as cell
  join spans as span on span.cluster = cell.cluster
)
`;
