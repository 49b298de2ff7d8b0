import type { Pool } from '../pool.ts';

/**
 * What an account used and what it cost over some days, grouped by any of day, user, project, cluster and meter.
 *
 * Guarantees
 * - Every rollup row of the account in the range is in exactly one group, so the groups add up to the total exactly; one
 *   statement, so all of them are of one moment.
 * - Without any grouping there is one group, and without usage there is none.
 * - Names are joined by key after the sums: they can neither drop nor repeat a row.
 *
 * Parameters: $1 account owner, $2 first day, $3 day after the last, $4 to $8 whether to group by day, user, project,
 * cluster and meter, $9 most groups.
 *
 * The grouping is a parameter and not a piece of SQL put together: the planner knows the values, so what is not asked
 * for is a constant and costs nothing. Names are looked up for the ids that occur: a plain join reads all users and
 * projects there are, which took more than half of the time already with 5,000 of each. The range is one range of the
 * unique key (account_owner_id, booked_on, ...): an account's month of 800 rows took 2 ms.
 */
const READ_ACCOUNT_TOTALS = `
with grouped as materialized (
  select
    case when $4::boolean then booked_on end as day,
    case when $5::boolean then user_id end as user_id,
    case when $6::boolean then project_id end as project_id,
    case when $7::boolean then hopsworks_cluster_id end as cluster_id,
    case when $8::boolean then meter end as meter,
    sum(quantity) as quantity,
    sum(cost) as cost
  from usage_daily
  where account_owner_id = $1 and booked_on >= $2::date and booked_on < $3::date
  group by 1, 2, 3, 4, 5
  limit $9::integer
)
select
  to_char(grouped.day, 'YYYY-MM-DD') as day,
  grouped.user_id as "userId",
  grouped.project_id as "projectId",
  grouped.cluster_id as "clusterId",
  grouped.meter,
  grouped.quantity::numeric(38, 12)::text as quantity,
  grouped.cost::numeric(38, 12)::text as cost,
  coalesce(people.name, people.email) as "userName",
  spaces.namespace as "projectNamespace",
  clusters.name as "clusterName"
from grouped
left join (select * from users where id in (select user_id from grouped)) as people on people.id = grouped.user_id
left join (select * from projects where id in (select project_id from grouped)) as spaces
  on spaces.id = grouped.project_id
left join (select * from hopsworks_clusters where id in (select cluster_id from grouped)) as clusters
  on clusters.id = grouped.cluster_id
order by grouped.day, grouped.user_id collate "C", grouped.project_id nulls first, grouped.cluster_id,
  grouped.meter collate "C"
`;

/** What totals can be grouped by. */
export const GROUPINGS = ['day', 'user', 'project', 'cluster', 'meter'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type AccountTotalsQuery = {
  readonly accountOwnerId: string;
  /** First day and day after the last, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  readonly groupBy: ReadonlySet<Grouping>;
  readonly groupsMax: number;
};

/**
 * One group. What it is not grouped by is null; so is the project of usage outside of any project. `quantity` and `cost`
 * are exact decimals with 12 decimals; a quantity over several meters means nothing.
 */
export type AccountTotalsRow = {
  readonly day: string | null;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly clusterId: string | null;
  readonly meter: string | null;
  readonly quantity: string;
  readonly cost: string;
  readonly userName: string | null;
  readonly projectNamespace: string | null;
  readonly clusterName: string | null;
};

/** Reads totals with {@link READ_ACCOUNT_TOTALS}, ordered by day, user, project, cluster and meter. */
export async function readAccountTotals(pool: Pool, query: AccountTotalsQuery): Promise<readonly AccountTotalsRow[]> {
  const { accountOwnerId, from, to, groupBy, groupsMax } = query;
  const { rows } = await pool.query<AccountTotalsRow>(READ_ACCOUNT_TOTALS, [
    accountOwnerId,
    from,
    to,
    ...GROUPINGS.map((grouping) => groupBy.has(grouping)),
    groupsMax,
  ]);
  return rows;
}
