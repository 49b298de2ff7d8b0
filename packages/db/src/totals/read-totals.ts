import type { Pool } from '../connection/pool.ts';
import { dayText } from '../sql/day.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { filterParameters, USAGE_FILTER, type UsageFilter } from './usage-filter.ts';

/** What totals can be grouped by. */
export const TOTALS_GROUPINGS = ['day', 'account', 'user', 'project', 'cluster', 'meter'] as const;
export type TotalsGrouping = (typeof TOTALS_GROUPINGS)[number];

/** What no summary of accounts and days knows. */
const DETAILS = ['user', 'project', 'cluster'] as const satisfies readonly TotalsGrouping[];

/**
 * A summary, as if it were the rollup. The days of one account are asked for one by one, because the day comes first in
 * its key: 400 look-ups, where the range of days would read every account.
 */
const summary = (table: string, columns: string) => `(
    select booked_on, account_owner_id, null::text as user_id, null::uuid as project_id,
      null::uuid as hopsworks_cluster_id, ${columns}, cost
    from ${table}
    where row_count > 0
      and ($3::text is null
        or booked_on = any (array(select generate_series($1::date, $2::date - 1, interval '1 day')::date)))
  ) as summary`;

/**
 * What was used and what it cost, grouped by any of day, account, user, project, cluster and meter.
 *
 * Guarantees
 * - Every rollup row that passes the filter is in exactly one group, so the groups add up to the total exactly; one
 *   statement, so all of them are of one moment.
 * - The rollup and its summaries give the same answer: a group is there when it has rows of the rollup.
 * - Without any grouping there is one group, and without usage there is none.
 * - Names are joined by key after the sums: they can neither drop nor repeat a row.
 *
 * Parameters: $1 to $8 the filter ({@link USAGE_FILTER}), $9 to $14 whether to group by day, account, user, project,
 * cluster and meter, $15 most groups.
 *
 * The grouping is a parameter and not a piece of SQL put together: the planner knows the values, so what is not asked
 * for is a constant and costs nothing. Names are looked up for the ids that occur: a plain join reads all users and
 * projects there are, which took more than half of the time already with 5,000 of each. An account's range is one range
 * of the rollup's unique key (account_owner_id, booked_on, ...): a month of 800 rows took 2 ms.
 */
const readTotalsOf = (source: string) => `
with grouped as materialized (
  select
    case when $9::boolean then booked_on end as day,
    case when $10::boolean then account_owner_id end as account_owner_id,
    case when $11::boolean then user_id end as user_id,
    case when $12::boolean then project_id end as project_id,
    case when $13::boolean then hopsworks_cluster_id end as cluster_id,
    case when $14::boolean then meter end as meter,
    case when $14::boolean then sum(quantity) end as quantity,
    sum(cost) as cost
  from ${source}
  where ${USAGE_FILTER}
  group by 1, 2, 3, 4, 5, 6
  limit $15::integer
)
select
  ${dayText('grouped.day')} as day,
  grouped.account_owner_id as "accountOwnerId",
  grouped.user_id as "userId",
  grouped.project_id as "projectId",
  grouped.cluster_id as "clusterId",
  grouped.meter,
  ${roundedQuantity('grouped.quantity')}::text as quantity,
  grouped.quantity::text as "quantityExact",
  grouped.cost::numeric(38, 12)::text as cost,
  coalesce(payers.name, payers.email) as "accountName",
  coalesce(people.name, people.email) as "userName",
  spaces.namespace as "projectNamespace",
  spaces.is_reported as "isProjectReported",
  clusters.name as "clusterName"
from grouped
left join (select * from hopsmeter.users where id in (select account_owner_id from grouped)) as payers
  on payers.id = grouped.account_owner_id
left join (select * from hopsmeter.users where id in (select user_id from grouped)) as people
  on people.id = grouped.user_id
left join (select * from hopsmeter.projects where id in (select project_id from grouped)) as spaces
  on spaces.id = grouped.project_id
left join (select * from hopsmeter.hopsworks_clusters where id in (select cluster_id from grouped)) as clusters
  on clusters.id = grouped.cluster_id
order by grouped.day, grouped.account_owner_id collate "C", grouped.user_id collate "C", grouped.project_id nulls first,
  grouped.cluster_id, grouped.meter collate "C"
`;

const READ_ROLLUP_TOTALS = readTotalsOf('hopsmeter.usage_daily');
const READ_METER_TOTALS = readTotalsOf(summary('hopsmeter.account_days', 'meter, quantity'));
const READ_COST_TOTALS = readTotalsOf(
  summary('hopsmeter.account_day_costs', 'null::text as meter, null::numeric as quantity'),
);

export type TotalsQuery = UsageFilter & {
  readonly groupBy: ReadonlySet<TotalsGrouping>;
  readonly groupsMax: number;
};

/**
 * One group. What it is not grouped by is null; so is the project of usage outside of any project. `quantity` and
 * `cost` are exact decimals with 12 decimals; a quantity is there when grouped by meter, else it would mean nothing.
 */
export type TotalsRow = {
  readonly day: string | null;
  readonly accountOwnerId: string | null;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly clusterId: string | null;
  readonly meter: string | null;
  readonly quantity: string | null;
  /** The same before it was rounded, to be added up further. */
  readonly quantityExact: string | null;
  readonly cost: string;
  readonly accountName: string | null;
  readonly userName: string | null;
  readonly projectNamespace: string | null;
  readonly isProjectReported: boolean | null;
  readonly clusterName: string | null;
};

/**
 * Reads totals, ordered by day, account, user, project, cluster and meter: from the smallest summary of accounts
 * and days that knows what is asked for, or else the rollup.
 */
export async function readTotals(pool: Pool, query: TotalsQuery): Promise<readonly TotalsRow[]> {
  const { groupBy, groupsMax } = query;
  const { rows } = await pool.query<TotalsRow>(statementFor(query), [
    ...filterParameters(query),
    ...TOTALS_GROUPINGS.map((grouping) => groupBy.has(grouping)),
    groupsMax,
  ]);
  return rows;
}

function statementFor({ groupBy, userId, projectId, clusterId, meter }: TotalsQuery): string {
  const isDetailed =
    DETAILS.some((grouping) => groupBy.has(grouping)) ||
    [userId, projectId, clusterId].some((value) => value !== undefined);
  if (isDetailed) return READ_ROLLUP_TOTALS;
  return groupBy.has('meter') || meter !== undefined ? READ_METER_TOTALS : READ_COST_TOTALS;
}
