import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { parkedText } from '../sql/parked-event.ts';
import { GRID } from './cluster-hours-missing.ts';

/**
 * What each cluster reported in each hour, and what was counted of it.
 *
 * A manifest is compared with the usage of its own source path, in the hours that its window touches: several within an
 * hour are added up; one that is longer is compared as a whole, and all of its hours show it. Only meters that it names
 * are compared. What is counted is what `cluster_hours` says, of the last comparison of the day.
 *
 * Of an hour with several source paths the worst counts: short, then over, then unreported.
 *
 * Pending events that wait to be counted are told beside: reported, and not counted yet. They are found by the time of
 * their parking, which is after their usage (or minutes ahead), so the index of status and time bounds what is read.
 *
 * Parameters: $1 and $2 first hour and the end, $3 cluster or NULL, $4 most cells. No locks.
 */
const READ_COVERAGE = `
with ${GRID},
-- What manifests say of an hour and path, and the hours that they are about.
claims as materialized (
  select
    cluster, hour, source_path, sum(event_count) as reported, min(first_hour) as from_hour, max(last_hour) as to_hour,
    bool_and(is_checked) as is_checked
  from manifest_hours group by cluster, hour, source_path
),
-- The usage that belongs to it. Expanded to hours, so that everything below is joined on equality.
claimed as materialized (
  select claims.cluster, claims.hour, claims.source_path, used.event_count, used.sums
  from claims
  cross join lateral generate_series(from_hour, to_hour, interval '1 hour') as claimed_hour
  join used on used.cluster = claims.cluster and used.source_path = claims.source_path and used.hour = claimed_hour
),
sums as (
  select cluster, hour, source_path, bool_or(counted < reported) as is_less, bool_or(counted > reported) as is_more
  from (
    select cluster, hour, source_path, meter, ${roundedQuantity('sum(reported)')} as reported,
      ${roundedQuantity('coalesce(sum(counted), 0)')} as counted
    from (
      select cluster, hour, source_path, entry.key as meter, entry.value::numeric as reported, null::numeric as counted
      from manifest_hours cross join jsonb_each_text(sums) as entry
      union all
      select cluster, hour, source_path, entry.key, null, entry.value::numeric
      from claimed cross join jsonb_each_text(sums) as entry
    ) as both_sides
    group by cluster, hour, source_path, meter
    -- A meter that no manifest names was not summed.
    having count(reported) > 0
  ) as by_meter
  group by cluster, hour, source_path
),
counted as (
  select cluster, hour, source_path, sum(event_count) as counted from claimed group by cluster, hour, source_path
),
paths as (
  select
    cluster, hour, claims.reported, coalesce(counted.counted, 0) as counted, is_checked,
    coalesce(sums.is_less, false) as is_less, coalesce(sums.is_more, false) as is_more
  from claims
  left join counted using (cluster, hour, source_path)
  left join sums using (cluster, hour, source_path)
),
compared as (
  select
    cluster, hour, sum(reported) as reported, sum(counted) as counted,
    bool_or(counted < reported or (counted = reported and is_less)) as is_short,
    bool_or(counted > reported or (counted = reported and not is_less and is_more)) as is_over,
    bool_and(is_checked) as is_checked
  from paths group by cluster, hour
),
-- Usage of paths for which no manifest speaks.
unreported as (
  select used.cluster, used.hour, sum(used.event_count) as counted
  from used left join claims
    on claims.cluster = used.cluster and claims.hour = used.hour and claims.source_path = used.source_path
  where claims.cluster is null and used.event_count > 0
  group by used.cluster, used.hour
),
overlapping as materialized (
  select cluster, hour, sum(overlapping_count) as overlapping from used group by cluster, hour
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
    when not compared.is_checked then 'unchecked'
    when compared.is_short then 'short'
    when compared.is_over then 'over'
    when unreported.counted > 0 then 'unreported'
    when grid.is_reported then 'complete'
    when grid.is_used then 'unreported'
    when grid.is_missing then 'missing'
    else 'none'
  end as state,
  (coalesce(compared.counted, 0) + coalesce(unreported.counted, 0))::text as counted,
  compared.reported::text as reported,
  coalesce(parked.parked, 0)::text as parked,
  coalesce(overlapping.overlapping, 0)::text as "overlappingUsage"
from grid
join spans using (cluster)
left join compared using (cluster, hour)
left join unreported using (cluster, hour)
left join overlapping using (cluster, hour)
left join parked on parked.cluster = grid.cluster
  and parked.hour_text = to_char(grid.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24')
order by spans.name, grid.cluster, grid.hour
limit $4::integer
`;

/** How far the days from $1 up to, but not including, $2 were compared: the oldest check; NULL when one never was. */
const READ_CHECKED_AT = `
select case when count(*) = count(checked_at)
  then ${finiteInstantText('min(checked_at)')} end as "checkedAt"
from generate_series($1::date, least($2::date - 1, (now() at time zone 'UTC')::date), interval '1 day') as wanted
left join hopsmeter.reconciled_days on day = wanted::date
`;

/**
 * What is known of a cluster's hour: what was counted is what its manifest says (`complete`), less (`short`) or more
 * (`over`), or its manifest came after the last comparison (`unchecked`); there is usage without a manifest
 * (`unreported`); there is neither although the cluster had reported before and the hour is two hours past (`missing`);
 * or there is neither and nothing is to be expected, as far as is known (`none`).
 */
export const COVERAGE_STATES = ['complete', 'short', 'over', 'unchecked', 'unreported', 'missing', 'none'] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

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
  return { checkedAt: checked.rows[0]?.checkedAt ?? null, cells: cells.rows };
}
