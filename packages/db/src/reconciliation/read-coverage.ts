import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { parkedText } from '../sql/parked-event.ts';
import { GRID } from './cluster-hours-missing.ts';

/** The worst first: most is unknown of an hour whose report is missing. */
export const COVERAGE_STATES = ['missing', 'unchecked', 'short', 'over', 'unreported', 'complete', 'none'] as const;

/** The place of `complete` among them, from 1 as in SQL: what comes before it is wrong. */
const COMPLETE = COVERAGE_STATES.indexOf('complete') + 1;

/** Sources that a cell names, the worst first. A cluster has a handful. */
const CELL_SOURCES_MAX = 20;

/**
 * What each cluster reported in each hour, and what was counted of it.
 *
 * A manifest is compared with the usage of its own source path, in the hours that its window touches: several within an
 * hour are added up; one that is longer is compared as a whole, and all of its hours show it. Only meters that it names
 * are compared. What is counted is what `cluster_hours` says, of the last comparison of the day. A manifest of a window
 * that is missing is compared with nothing.
 *
 * Of an hour with several source paths the worst counts, in the order of {@link COVERAGE_STATES}.
 *
 * Pending events that wait to be counted are told beside: reported, and not counted yet. They are found by the time of
 * their parking, which is after their usage (or minutes ahead), so the index of status and time bounds what is read.
 *
 * Parameters: $1 and $2 first hour and the end, $3 cluster or NULL, $4 most cells. No locks.
 */
const READ_COVERAGE = `
with ${GRID},
used_paths as materialized (
  select
    cluster, hour, source_path, sum(event_count) as event_count, sum(overlapping_count) as overlapping,
    count(*) as row_count, (array_agg(sums))[1] as sums
  from used group by cluster, hour, source_path
),
-- Most hours of a path have one manifest of just that hour and one row of usage with the same sums. What is to be said
-- of them follows from these two; the others have a null state, and are added up below. Taking sums apart and adding
-- them up for all of them was most of what a month cost.
judged as materialized (
  select
    cluster, hour, source_path, path.reported, used_paths.event_count as counted, path.recorded_at, path.has_sums,
    path.from_hour, path.to_hour,
    case
      when path.reported is null then 'unreported'
      when path.manifest_count > 1 or path.from_hour < path.to_hour then null
      -- Equal ones are told apart by their bytes, which is cheaper than to look for each meter.
      when path.has_sums and (
        used_paths.row_count = 1 and (used_paths.sums = path.sums or used_paths.sums @> path.sums)
      ) is not true then null
      when coalesce(checked_at, '-infinity') < path.recorded_at then 'unchecked'
      when coalesce(used_paths.event_count, 0) < path.reported then 'short'
      when coalesce(used_paths.event_count, 0) > path.reported then 'over'
      else 'complete'
    end as state
  from (select * from path_hours where is_reported) as path
  full join used_paths using (cluster, hour, source_path)
  left join hours using (hour)
  -- Usage for which no manifest speaks, of the hours that are asked for.
  where path.reported is not null
    or (used_paths.event_count > 0 and hour >= $1::timestamptz and hour < $2::timestamptz)
),
claims as materialized (select * from judged where state is null),
-- Expanded before anything is joined, so that it is joined on equality: else every hour of a path would be paired with
-- every other one.
claimed_hours as materialized (
  select cluster, hour, source_path, reported, recorded_at, has_sums, claimed_hour
  from claims cross join lateral generate_series(from_hour, to_hour, interval '1 hour') as claimed_hour
),
-- The usage that belongs to it, and when its days were compared.
claimed as materialized (
  select
    claimed_hours.cluster, claimed_hours.hour, claimed_hours.source_path, reported, recorded_at, has_sums,
    used.event_count, used.sums, coalesce(checked_at, '-infinity') as checked_at
  from claimed_hours
  left join used on used.cluster = claimed_hours.cluster and used.source_path = claimed_hours.source_path
    and used.hour = claimed_hour
  left join hopsmeter.reconciled_days on day = (claimed_hour at time zone 'UTC')::date
),
sums as (
  select cluster, hour, source_path, bool_or(counted < reported) as is_less, bool_or(counted > reported) as is_more
  from (
    select cluster, hour, source_path, meter, ${roundedQuantity('sum(reported)')} as reported,
      ${roundedQuantity('coalesce(sum(counted), 0)')} as counted
    from (
      select cluster, hour, source_path, entry.key as meter, entry.value::numeric as reported, null::numeric as counted
      from manifest_hours join claims using (cluster, hour, source_path)
      cross join lateral jsonb_each_text(sums) as entry
      union all
      select cluster, hour, source_path, entry.key, null, entry.value::numeric
      from claimed cross join jsonb_each_text(sums) as entry where has_sums
    ) as both_sides
    group by cluster, hour, source_path, meter
    -- A meter that no manifest names was not summed.
    having count(reported) > 0
  ) as by_meter
  group by cluster, hour, source_path
),
counted as (
  select
    cluster, hour, source_path, reported, recorded_at, coalesce(sum(event_count), 0) as counted,
    min(checked_at) as checked_at
  from claimed group by cluster, hour, source_path, reported, recorded_at
),
compared as materialized (
  select cluster, hour, source_path, reported, coalesce(counted, 0) as counted, state
  from judged where state is not null
  union all
  select
    cluster, hour, source_path, reported, counted,
    case
      -- What was counted is as old as the oldest comparison of its days.
      when checked_at < recorded_at then 'unchecked'
      when counted < reported then 'short'
      when counted > reported then 'over'
      when is_less then 'short'
      when is_more then 'over'
      else 'complete'
    end
  from counted left join sums using (cluster, hour, source_path)
),
paths as materialized (
  select
    cluster, hour, source_path, compared.reported, compared.counted, reason,
    array_position(array['${COVERAGE_STATES.join("','")}'], case
      when missing_paths.cluster is not null then 'missing' else compared.state
    end) as state
  from compared full join missing_paths using (cluster, hour, source_path)
),
cells as materialized (
  select
    cluster, hour, sum(reported) as reported, sum(counted) as counted, min(state) as state,
    jsonb_agg(jsonb_build_object('sourcePath', source_path, 'state', ${stateOf('state')}, 'reason', reason))
      filter (where state < ${COMPLETE}) as sources
  from paths group by cluster, hour
),
overlapping as materialized (
  select cluster, hour, sum(overlapping) as overlapping from used_paths group by cluster, hour
),
parked as materialized (
  select hopsworks_cluster_id as cluster, left(${parkedText('start')}, 13) as hour_text, count(*) as parked
  from hopsmeter.parked_events
  where status = 'pending' and deferred is null and hopsworks_cluster_id is not null
    and parked_at >= $1::timestamptz - interval '10 minutes'
    and ($3::uuid is null or hopsworks_cluster_id = $3)
  group by 1, 2
)
select
  grid.cluster as "clusterId", spans.name as "clusterName",
  to_char(grid.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24":00:00Z"') as hour,
  case
    when grid.is_missing then 'missing'
    when cells.state is not null then ${stateOf('cells.state')}
    when grid.is_used then 'unreported'
    else 'none'
  end as state,
  coalesce(cells.counted, 0)::text as counted,
  cells.reported::text as reported,
  coalesce(parked.parked, 0)::text as parked,
  coalesce(overlapping.overlapping, 0)::text as "overlappingUsage",
  coalesce(cells.sources, '[]') as sources
from grid
join spans using (cluster)
left join cells using (cluster, hour)
left join overlapping using (cluster, hour)
left join parked on parked.cluster = grid.cluster
  and parked.hour_text = to_char(grid.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24')
order by spans.name, grid.cluster, grid.hour
limit $4::integer
`;

/** SQL of the name of a state of which the place is known. */
function stateOf(place: string): string {
  return `(array['${COVERAGE_STATES.join("','")}'])[${place}]`;
}

/** How far the days from $1 up to, but not including, $2 were compared: the oldest check; NULL when one never was. */
const READ_CHECKED_AT = `
select case when count(*) = count(checked_at)
  then ${finiteInstantText('min(checked_at)')} end as "checkedAt"
from generate_series($1::date, least($2::date - 1, (now() at time zone 'UTC')::date), interval '1 day') as wanted
left join hopsmeter.reconciled_days on day = wanted::date
`;

/**
 * What is known of a cluster's hour, or of one of its sources: what was counted is what its manifest says (`complete`),
 * less (`short`) or more (`over`), or its manifest came after the last comparison (`unchecked`); there is usage without
 * a manifest (`unreported`); a source that is expected has no manifest two hours later or says why not, or the whole
 * cluster, which had reported before, has neither usage nor a manifest (`missing`); or there is neither and nothing is
 * to be expected, as far as is known (`none`).
 */
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** What is known of one source in the hour. */
export type CoverageSource = {
  /** What follows the cluster in `source`. */
  readonly sourcePath: string;
  readonly state: Exclude<CoverageState, 'complete' | 'none'>;
  /** Why it is missing, in the words of the cluster; null when it gave no reason. */
  readonly reason: string | null;
};

/** A cluster's hour. Numbers of events as whole numbers in text. */
export type CoverageCell = {
  readonly clusterId: string;
  readonly clusterName: string;
  /** `2026-11-22T13:00:00Z` */
  readonly hour: string;
  readonly state: CoverageState;
  /** Where a manifest is longer than the hour, of its whole window. */
  readonly counted: string;
  /** Null when no manifest speaks of the hour. */
  readonly reported: string | null;
  /** Events of the hour that wait to be counted. */
  readonly parked: string;
  /** Events of the hour, among those counted, whose window overlaps that of another one of the same use. */
  readonly overlappingUsage: string;
  /** Those of which not everything is complete, the worst first; at most {@link CELL_SOURCES_MAX}. */
  readonly sources: readonly CoverageSource[];
};

export type Coverage = {
  /** Everything that was recorded by then is in the grid; null when a day was never compared. */
  readonly checkedAt: string | null;
  readonly cells: readonly CoverageCell[];
};

export type CoverageQuery = {
  /** Usage days, `to` excluded: `2026-11-22`. */
  readonly from: string;
  readonly to: string;
  readonly clusterId?: string | undefined;
  readonly cellsMax: number;
};

/** Reads with {@link READ_COVERAGE}: the cells of each cluster in the order of hours, clusters by name. */
export async function readCoverage(pool: Pool, { from, to, clusterId, cellsMax }: CoverageQuery): Promise<Coverage> {
  const [checked, cells] = [
    await pool.query<{ checkedAt: string | null }>(READ_CHECKED_AT, [from, to]),
    await pool.query<CoverageCell>(READ_COVERAGE, [
      `${from}T00:00:00Z`,
      `${to}T00:00:00Z`,
      clusterId ?? null,
      cellsMax,
    ]),
  ];
  return { checkedAt: checked.rows[0]?.checkedAt ?? null, cells: cells.rows.map(nameWorst) };
}

/** Sorting them here costs less than in SQL, where it would sort what is complete too. */
function nameWorst({ sources, ...cell }: CoverageCell): CoverageCell {
  return { ...cell, sources: [...sources].sort(compareSources).slice(0, CELL_SOURCES_MAX) };
}

function compareSources(a: CoverageSource, b: CoverageSource): number {
  if (a.state !== b.state) return COVERAGE_STATES.indexOf(a.state) - COVERAGE_STATES.indexOf(b.state);
  return a.sourcePath < b.sourcePath ? -1 : 1;
}
