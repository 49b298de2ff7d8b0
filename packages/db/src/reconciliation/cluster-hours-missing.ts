/**
 * A cluster's usage is expected until so long after an hour; then the hour is missing. Collectors report an hour within
 * minutes, and one that was restarted sends what it kept.
 */
const HOUR_EXPECTED_WITHIN = `interval '2 hours'`;

/**
 * For how long after its last manifest a source is expected to send more: whoever looks once a week still sees that it
 * stopped, and one that was switched off on purpose is given up by itself. A source that was forgotten must be seen, so
 * it is not shorter; hours stay missing for as long as they are shown, so it is not longer.
 */
const SOURCE_EXPECTED_FOR = `interval '7 days'`;

/**
 * Longest window of a manifest that says when its source reports next. A longer one says what became of the window, and
 * so can close the gap of a source that was switched off, without making it expected again.
 */
const RHYTHM_WINDOW_MAX = `interval '1 day'`;

/** Manifests that tell a source's rhythm, the shortest of them: a day that was collected at once does not change it. */
const RHYTHM_MANIFESTS = 24;

/**
 * Sources that are expected of one cluster, the first by name. There are a handful; so many are those of a collector
 * that names itself anew whenever it starts.
 */
const SOURCES_MAX = 100;

/**
 * SQL for whether an hour of a cluster is missing as a whole: nothing was counted of it and no manifest speaks of it,
 * although the cluster had reported before. A window that began earlier and reaches into the hour covers it.
 *
 * It reads `cell` (cluster, hour, checked_at, is_used, is_reported) and `span` of the cluster.
 */
const IS_MISSING = `
(
  not cell.is_used and not cell.is_reported and span.first_hour < cell.hour and ${mayMiss('cell')}
  and cell.checked_at >= cell.hour + interval '1 hour' + ${HOUR_EXPECTED_WITHIN}
)`;

/** SQL for whether a cluster may miss an hour: one that is inactive misses nothing after its last usage. */
function mayMiss(hour: string): string {
  return `(span.is_active or ${hour}.hour < span.last_ended_at)`;
}

/**
 * Relations that say which hours are missing, from $1 up to, but not including, $2; $3: the only cluster, or NULL for
 * all.
 *
 * - `spans`: since when each cluster reports.
 * - `missing_paths`: the hours of a source that are missing, with the reason that the cluster gave, or NULL. A source
 *   is expected to send a manifest for every hour from that of its first one until {@link SOURCE_EXPECTED_FOR} after
 *   its last one, however much usage came without. A manifest may also say that the hour is missing; unless others say
 *   what the source reported in all of that time, whichever of them came first.
 * - `grid`: a row for each hour of a cluster that has begun. It is missing when the cluster misses it as a whole, or
 *   when one of its sources does.
 *
 * What we do not know is not missing: the hour's day must have been compared since the hour was due.
 */
export const GRID = `
spans as materialized (
  select
    clusters.id as cluster, clusters.name, clusters.status = 'active' as is_active,
    (select min(hour) from hopsmeter.cluster_hours where hopsworks_cluster_id = clusters.id) as first_hour,
    -- Of an active one nobody asks, and it reads all of its hours.
    case when clusters.status <> 'active' then
      (select max(last_window_ended_at) from hopsmeter.cluster_hours where hopsworks_cluster_id = clusters.id)
    end as last_ended_at
  from hopsmeter.hopsworks_clusters as clusters
  where $3::uuid is null or clusters.id = $3
),
-- Cluster by cluster, as the indexes have them: of a year that is read for a month the rest is left alone.
manifests as materialized (
  select
    cluster, source_path, window_started_at, window_ended_at, event_count, sums, missing_reason, recorded_at,
    -- A third of the time of date_trunc, which looks up a time zone.
    date_bin('1 hour', window_started_at, '2000-01-01T00:00:00Z') as first_hour,
    date_bin('1 hour', window_ended_at - interval '1 microsecond', '2000-01-01T00:00:00Z') as last_hour
  from spans
  cross join lateral (
    select * from hopsmeter.cluster_manifests
    where hopsworks_cluster_id = cluster and window_started_at < $2::timestamptz
      and window_started_at >= $1::timestamptz - interval '31 days' and window_ended_at > $1::timestamptz
    offset 0
  ) as manifest
),
-- The hours that manifests speak of, which may begin before and end after those that are asked for.
reach as materialized (
  select
    least(min(first_hour), $1::timestamptz) as from_hour,
    greatest(max(last_hour) + interval '1 hour', $2::timestamptz) as to_hour
  from manifests
),
used as materialized (
  select cluster, hour, source_path, event_count, overlapping_count, sums, last_window_ended_at
  from spans cross join reach
  cross join lateral (
    select * from hopsmeter.cluster_hours
    -- A window is at most a month long, unless a person released it. Before the hours that are asked for only what
    -- reaches into them, or what such manifests speak of.
    where hopsworks_cluster_id = cluster and hour >= $1::timestamptz - interval '31 days' and hour < to_hour
      and (hour >= from_hour or last_window_ended_at > $1::timestamptz)
    offset 0
  ) as used_hour
),
hours as materialized (
  select hour, checked_at
  from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') as hour
  left join hopsmeter.reconciled_days on day = (hour at time zone 'UTC')::date
  where hour <= now()
),
-- Most manifests are of an hour; only of longer ones a series is made, which costs more than the row.
manifest_hours as materialized (
  select manifests.*, first_hour as hour
  from manifests where first_hour = last_hour and first_hour >= $1::timestamptz
  union all
  -- The planner takes each series for a thousand hours, so it hashes or sorts whatever follows. It must not be told
  -- that there are fewer: it would pair every hour with every other one.
  select manifests.*, hour
  from manifests cross join lateral generate_series(
    greatest(first_hour, $1::timestamptz), least(last_hour, $2::timestamptz - interval '1 hour'), interval '1 hour'
  ) as hour
  where first_hour < last_hour
),
path_hours as materialized (
  select
    cluster, hour, source_path, bool_or(missing_reason is null) as is_reported,
    sum(event_count) as reported, min(first_hour) as from_hour, max(last_hour) as to_hour,
    max(recorded_at) as recorded_at, count(*) as manifest_count, (array_agg(sums))[1] as sums,
    bool_or(sums <> '{}') as has_sums
  from manifest_hours group by cluster, hour, source_path
),
sources as materialized (
  -- One look at the index for each source, whatever number of manifests it has sent.
  with recursive found as (
    select
      cluster, 1 as place,
      (select min(source_path) from hopsmeter.cluster_manifests where hopsworks_cluster_id = cluster) as source_path
    from spans
    union all
    select
      cluster, place + 1,
      (select min(manifest.source_path) from hopsmeter.cluster_manifests as manifest
        where hopsworks_cluster_id = cluster and manifest.source_path > found.source_path)
    from found where found.source_path is not null and place < ${SOURCES_MAX}
  )
  select
    cluster, source_path, date_trunc('hour', first_started_at, 'UTC') as first_hour,
    last_ended_at + ${SOURCE_EXPECTED_FOR} as expected_until, greatest(shortest, interval '1 hour') as rhythm
  from found
  cross join lateral (
    select min(window_started_at) as first_started_at from hopsmeter.cluster_manifests as manifest
    where hopsworks_cluster_id = cluster and manifest.source_path = found.source_path
      and window_ended_at - window_started_at <= ${RHYTHM_WINDOW_MAX}
  ) as first
  cross join lateral (
    select max(window_ended_at) as last_ended_at, min(window_ended_at - window_started_at) as shortest
    from (
      select window_started_at, window_ended_at from hopsmeter.cluster_manifests as manifest
      where hopsworks_cluster_id = cluster and manifest.source_path = found.source_path
        and window_ended_at - window_started_at <= ${RHYTHM_WINDOW_MAX}
      order by window_started_at desc limit ${RHYTHM_MANIFESTS}
    ) as latest
  ) as last
  where last_ended_at + ${SOURCE_EXPECTED_FOR} > $1::timestamptz
),
said_missing as materialized (
  select cluster, hour, source_path, window_started_at, window_ended_at, missing_reason, recorded_at
  from manifest_hours where missing_reason is not null
),
said_reported as materialized (
  select cluster, hour, source_path, range_agg(tstzrange(window_started_at, window_ended_at)) as windows
  from manifest_hours
  where missing_reason is null and (cluster, hour, source_path) in (select cluster, hour, source_path from said_missing)
  group by cluster, hour, source_path
),
missing_paths as materialized (
  (
    select distinct on (cluster, hour, source_path) cluster, hour, source_path, missing_reason as reason
    from said_missing
    join spans as span using (cluster)
    left join said_reported as reported using (cluster, hour, source_path)
    where ${mayMiss('said_missing')} and not coalesce(reported.windows @> tstzrange(
      greatest(window_started_at, hour), least(window_ended_at, hour + interval '1 hour')
    ), false)
    order by cluster, hour, source_path, window_started_at, recorded_at
  )
  union all
  select sources.cluster, hours.hour, sources.source_path, null
  from sources
  join spans as span using (cluster)
  join hours on hours.hour >= sources.first_hour and hours.hour < sources.expected_until
    and hours.checked_at >= hours.hour + sources.rhythm + ${HOUR_EXPECTED_WITHIN}
  left join path_hours as spoken
    on spoken.cluster = sources.cluster and spoken.hour = hours.hour and spoken.source_path = sources.source_path
  where spoken.cluster is null and ${mayMiss('hours')}
),
used_hours as materialized (
  select cluster, hour from used where hour >= $1::timestamptz and hour < $2::timestamptz
  union
  select cluster, covered
  from used cross join lateral generate_series(
    greatest(hour, $1::timestamptz),
    greatest(hour, least(last_window_ended_at, $2::timestamptz) - interval '1 microsecond'), interval '1 hour'
  ) as covered
  where last_window_ended_at > hour + interval '1 hour'
),
reported_hours as materialized (select distinct cluster, hour from path_hours where is_reported),
missing_hours as materialized (select distinct cluster, hour from missing_paths),
grid as materialized (
  select
    cell.cluster, cell.hour, cell.is_used, cell.misses_source or coalesce(${IS_MISSING}, false) as is_missing
  from (
    select
      spans.cluster, hours.hour, hours.checked_at, used_hours.hour is not null as is_used,
      reported_hours.hour is not null as is_reported, missing_hours.hour is not null as misses_source
    from spans cross join hours
    left join used_hours on used_hours.cluster = spans.cluster and used_hours.hour = hours.hour
    left join reported_hours on reported_hours.cluster = spans.cluster and reported_hours.hour = hours.hour
    left join missing_hours on missing_hours.cluster = spans.cluster and missing_hours.hour = hours.hour
  ) as cell
  join spans as span on span.cluster = cell.cluster
)
`;
