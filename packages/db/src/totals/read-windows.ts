import { formatTime, formatUsageDay, type Micros, usageDayOf } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';

/** What windows can be grouped by. */
const WINDOW_GROUPINGS = ['account', 'user', 'cluster', 'namespace'] as const;
export type WindowGrouping = (typeof WINDOW_GROUPINGS)[number];

/** Within a person's patience; then the server gives the statement up, too. */
const SET_TIMEOUT = "set local statement_timeout = '20s'";

/**
 * The first moment of a local day. `at time zone` takes the later of two midnights, where clocks are set back from 1:00
 * to 0:00 (America/Havana), and the moment of the change where there is none.
 */
const firstMoment = (local: string) => `least(
    ${local} at time zone $6,
    case when (${local} at time zone $6 - interval '1 hour') at time zone $6 >= ${local}
      then ${local} at time zone $6 - interval '1 hour' end)`;

/**
 * How much of a meter was used in windows of time, from the ledger.
 *
 * Guarantees
 * - Usage falls into the window in which it begins: where its usage window begins, or where the UTC day begins on which
 *   it is booked, if that is later. So a later part of a usage window that goes over midnight, and usage of a closed
 *   month, begin with their day, and the windows of a UTC day add up to what the rollup has booked on it.
 * - Corrections fall where the event falls that they replace, because their rows have its window.
 * - One snapshot, exact sums, not rounded.
 *
 * Usage of closed months is read from the rollup: it is wholly in one window, and only the rollup finds it by the day
 * on which it is booked. The rest is found by its usage date with the BRIN index.
 *
 * Parameters: $1 first day, $2 day after the last, $3 first moment, $4 moment after the last, $5 `hour`, `day`, `month`
 * or NULL for one window, $6 time zone, $7 meter, $8 to $11 only these accounts, users, clusters and namespaces; NULL
 * is everything, $12 to $15 whether to group by them, $16 most rows.
 */
const READ_WINDOWS = `
with begun as (
  select greatest(window_started_at, usage_date::timestamp at time zone 'UTC') as begins_at, account_owner_id, user_id,
    hopsworks_cluster_id, project_id, used.quantity
  from hopsmeter.usage_events cross join lateral unnest(meters, quantities) as used (meter, quantity)
  where usage_date >= $1::date and usage_date < $2::date and booked_on is null and used.meter = $7
  union all
  select booked_on::timestamp at time zone 'UTC', account_owner_id, user_id, hopsworks_cluster_id, project_id, quantity
  from hopsmeter.usage_daily
  where booked_on >= $1::date and booked_on < $2::date and booked_on > usage_date and meter = $7
), grouped as materialized (
  select
    case $5::text
      when 'hour' then date_trunc('hour', begins_at, $6) at time zone 'UTC'
      when 'day' then date_trunc('day', begins_at at time zone $6)
      when 'month' then date_trunc('month', begins_at at time zone $6)
    end as place,
    case when $12::boolean then account_owner_id end as account_owner_id,
    case when $13::boolean then begun.user_id end as user_id,
    case when $14::boolean then begun.hopsworks_cluster_id end as cluster_id,
    case when $15::boolean then namespace end as namespace,
    sum(quantity) as quantity
  from begun left join hopsmeter.projects on projects.id = project_id
  where begins_at >= $3::timestamptz and begins_at < $4::timestamptz
    and ($8::text[] is null or account_owner_id = any ($8))
    and ($9::text[] is null or begun.user_id = any ($9))
    and ($10::text[] is null or begun.hopsworks_cluster_id::text = any ($10))
    and ($11::text[] is null or namespace = any ($11))
  group by 1, 2, 3, 4, 5
  limit $16::integer
), placed as (
  select *,
    case $5::text when 'hour' then place at time zone 'UTC' else ${firstMoment('place')} end as begins_at,
    case $5::text
      when 'hour' then place at time zone 'UTC' + interval '1 hour'
      when 'day' then ${firstMoment("(place + interval '1 day')")}
      else ${firstMoment("(place + interval '1 month')")}
    end as ends_at
  from grouped
)
select
  ${instantText('greatest(begins_at, $3::timestamptz)')} as "from",
  ${instantText('least(ends_at, $4::timestamptz)')} as "to",
  account_owner_id as "accountOwnerId",
  user_id as "userId",
  cluster_id as "clusterId",
  namespace as "projectNamespace",
  trim_scale(quantity)::text as "quantityExact"
from placed
order by begins_at, account_owner_id collate "C", user_id collate "C", namespace collate "C" nulls first, cluster_id
`;

/** The ledger is scanned: as many days as the search for events, and the hour by which a local month may be longer. */
export const WINDOWS_DAYS_MAX = 31;
export const WINDOWS_MICROS_MAX: Micros = (WINDOWS_DAYS_MAX * 24 + 1) * 3_600_000_000;

export type WindowsQuery = {
  readonly meter: string;
  /** At most {@link WINDOWS_MICROS_MAX} apart; exclusive of `to`. */
  readonly from: Micros;
  readonly to: Micros;
  /** Undefined for one window over everything. */
  readonly unit: 'hour' | 'day' | 'month' | undefined;
  /** A name of the zone database. */
  readonly timeZone: string;
  readonly groupBy: ReadonlySet<WindowGrouping>;
  /** Only usage of these. */
  readonly only: ReadonlyMap<WindowGrouping, ReadonlySet<string>>;
  readonly rowsMax: number;
};

/** A sum over a window, which is cut off where the question begins and ends. What it is not grouped by is null. */
export type WindowRow = {
  readonly from: string;
  readonly to: string;
  readonly accountOwnerId: string | null;
  readonly userId: string | null;
  readonly clusterId: string | null;
  readonly projectNamespace: string | null;
  /** Before it is rounded, to be added up further. */
  readonly quantityExact: string;
};

/** Reads with {@link READ_WINDOWS}, in the order of the windows. Windows without usage are left out. */
export function readWindows(pool: Pool, query: WindowsQuery): Promise<readonly WindowRow[]> {
  const { meter, from, to, unit, timeZone, groupBy, only, rowsMax } = query;
  const parameters = [
    formatUsageDay(usageDayOf(from)),
    formatUsageDay(usageDayOf(to - 1) + 1),
    formatTime(from),
    formatTime(to),
    unit ?? null,
    timeZone,
    meter,
    ...WINDOW_GROUPINGS.map((grouping) => listOf(only.get(grouping))),
    ...WINDOW_GROUPINGS.map((grouping) => groupBy.has(grouping)),
    rowsMax,
  ];
  return inSnapshot(pool, async ({ rowsOf }) => {
    await rowsOf(SET_TIMEOUT);
    return rowsOf<WindowRow>(READ_WINDOWS, parameters);
  });
}

function listOf(values: ReadonlySet<string> | undefined): string[] | null {
  return values === undefined ? null : [...values];
}
