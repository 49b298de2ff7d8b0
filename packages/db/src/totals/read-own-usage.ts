import type { Pool } from '../connection/pool.ts';
import { dayText } from '../sql/day.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import type { TotalsGrouping } from './read-totals.ts';

/**
 * What one user used on some usage days, by meter, and by day, project and cluster where that is asked for. Quantities
 * only: no price and no cost is read.
 *
 * Guarantees
 * - By the day of the usage and not by the day on which it is billed: late usage counts where it happened, and
 *   corrections of closed months are subtracted from what they correct. A group that comes to nothing is left out.
 * - Whoever pays: usage of a time under another owner is the user's too.
 *
 * Parameters: $1 user, $2 first usage day, $3 day after the last, $4 to $6 whether to group by day, project and
 * cluster, $7 most groups. The accounts of the user's history are named because the rollup's key begins with the
 * account; an index by user would be written to with every row. What was moved to another account in a closed month
 * leaves there as much as it takes, so accounts that are no longer part of the history come to nothing.
 */
const READ_OWN_USAGE = `
with grouped as materialized (
  select
    case when $4::boolean then usage_date end as day,
    case when $5::boolean then project_id end as project_id,
    case when $6::boolean then hopsworks_cluster_id end as cluster_id,
    meter, sum(quantity) as quantity
  from hopsmeter.usage_daily
  where account_owner_id = any (array(
      select account_owner_id from hopsmeter.account_ownerships where user_id = $1 union select $1::text
    ))
    and booked_on >= $2::date and usage_date >= $2::date and usage_date < $3::date and user_id = $1
  group by 1, 2, 3, 4
  having sum(quantity) <> 0
  limit $7::integer
)
select ${dayText('grouped.day')} as day, grouped.project_id as "projectId", grouped.cluster_id as "clusterId",
  grouped.meter, ${roundedQuantity('grouped.quantity')}::text as quantity,
  trim_scale(grouped.quantity)::text as "quantityExact", projects.namespace as "projectNamespace",
  clusters.name as "clusterName"
from grouped
left join hopsmeter.projects on projects.id = grouped.project_id
left join hopsmeter.hopsworks_clusters as clusters on clusters.id = grouped.cluster_id
order by grouped.day, grouped.project_id nulls first, grouped.cluster_id, grouped.meter collate "C"
`;

export type OwnUsageQuery = {
  readonly userId: string;
  /** First usage day and day after the last, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  readonly groupBy: ReadonlySet<TotalsGrouping>;
  readonly groupsMax: number;
};

/** One group. What it is not grouped by is null; so is the project of usage outside of any project. */
export type OwnUsageRow = {
  readonly day: string | null;
  readonly projectId: string | null;
  readonly clusterId: string | null;
  readonly meter: string;
  /** With 12 decimals, in the meter's unit. */
  readonly quantity: string;
  /** The same before it was rounded, to be added up further. */
  readonly quantityExact: string;
  readonly projectNamespace: string | null;
  readonly clusterName: string | null;
};

/** Reads with {@link READ_OWN_USAGE}. */
export async function readOwnUsage(pool: Pool, query: OwnUsageQuery): Promise<readonly OwnUsageRow[]> {
  const { userId, from, to, groupBy, groupsMax } = query;
  const parameters = [userId, from, to, groupBy.has('day'), groupBy.has('project'), groupBy.has('cluster'), groupsMax];
  return (await pool.query<OwnUsageRow>(READ_OWN_USAGE, parameters)).rows;
}
