import type { QueryResultRow } from 'pg';
import { finiteInstantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { USAGE_FILTER } from './usage-filter.ts';

/**
 * A row of the rollup. Exact decimals have 12 decimals; counts are text; times are RFC 3339 in UTC with microseconds.
 */
export type UsageDailyRow = QueryResultRow & {
  readonly usageDate: string;
  /** The day that decides on whose statement it is: the usage date, or the first day of a later month. */
  readonly bookedOn: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly clusterId: string;
  /** Null outside of any project. */
  readonly projectId: string | null;
  readonly meter: string;
  readonly quantity: string;
  /** The same before it was rounded: what the events of the row add up to. */
  readonly quantityExact: string;
  readonly price: string;
  readonly priceQuantity: string;
  readonly rateId: string | null;
  readonly priceOverrideId: string | null;
  readonly priceAdjustment: string;
  readonly costExact: string;
  readonly eventCount: string;
  readonly firstEventAt: string;
  readonly lastEventAt: string;
  /** Whether another system measured and billed it, before hopsmeter. */
  readonly isImported: boolean;
  /** What people call the account, the user, the project and the cluster; null where it is not known. */
  readonly accountName: string | null;
  readonly userName: string | null;
  readonly projectNamespace: string | null;
  readonly clusterName: string | null;
};

/** The key of a row, in its order. */
export type UsageDailyKey = Pick<
  UsageDailyRow,
  'accountOwnerId' | 'bookedOn' | 'userId' | 'clusterId' | 'projectId' | 'meter' | 'usageDate'
>;

/** Stands for "no project" behind every project, as NULL does in the order of an index. */
const LAST_PROJECT = `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;

/**
 * SQL of the rows of the rollup that pass a filter and come after a key, in the order of the rollup's unique key, with
 * what people call the ids.
 *
 * Parameters: $1 to $8 the filter ({@link USAGE_FILTER}), $9 to $15 the key of the row before (account, day on which it
 * is booked, user, cluster, project or NULL, meter, usage date) or all of them NULL, $16 number of rows.
 *
 * The key is compared in two parts: the first is what the index can begin with, and none of its columns is ever NULL.
 * Names are looked up by key for the rows of the page: joined to all rows in range they are read for nothing.
 */
export const USAGE_DAILY_ROWS = `
with page as materialized (
  select * from hopsmeter.usage_daily
  where ${USAGE_FILTER}
    and ($9::text is null or (
      (account_owner_id, booked_on, user_id, hopsworks_cluster_id) >= ($9, $10::date, $11::text, $12::uuid)
      and ((account_owner_id, booked_on, user_id, hopsworks_cluster_id) > ($9, $10, $11, $12)
        or (coalesce(project_id, ${LAST_PROJECT}), meter, usage_date)
          > (coalesce($13::uuid, ${LAST_PROJECT}), $14::text, $15::date))
    ))
  order by account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date
  limit $16::integer
)
select
  page.usage_date::text as "usageDate", page.booked_on::text as "bookedOn", page.account_owner_id as "accountOwnerId",
  page.user_id as "userId", page.hopsworks_cluster_id as "clusterId", page.project_id as "projectId", page.meter,
  ${roundedQuantity('page.quantity')}::text as quantity,
  trim_scale(page.quantity)::text as "quantityExact", page.price::text, page.price_quantity::text as "priceQuantity",
  page.rate_id as "rateId",
  page.price_override_id as "priceOverrideId", page.price_adjustment::text as "priceAdjustment",
  page.cost::text as "costExact", page.event_count::text as "eventCount",
  ${finiteInstantText('page.first_event_at')} as "firstEventAt",
  ${finiteInstantText('page.last_event_at')} as "lastEventAt",
  starts_with(page.meter, 'imported_') as "isImported",
  coalesce(payers.name, payers.email) as "accountName", coalesce(people.name, people.email) as "userName",
  spaces.namespace as "projectNamespace", clusters.name as "clusterName"
from page
left join (select * from hopsmeter.users where id in (select account_owner_id from page)) as payers
  on payers.id = page.account_owner_id
left join (select * from hopsmeter.users where id in (select user_id from page)) as people on people.id = page.user_id
left join (select * from hopsmeter.projects where id in (select project_id from page)) as spaces
  on spaces.id = page.project_id
left join (select * from hopsmeter.hopsworks_clusters where id in (select hopsworks_cluster_id from page)) as clusters
  on clusters.id = page.hopsworks_cluster_id
order by page.account_owner_id, page.booked_on, page.user_id, page.hopsworks_cluster_id, page.project_id, page.meter,
  page.usage_date
`;

/** The parameters of the key, from $9 on. */
export function keyParameters(after: UsageDailyKey | undefined): unknown[] {
  return [
    after?.accountOwnerId ?? null,
    after?.bookedOn ?? null,
    after?.userId ?? null,
    after?.clusterId ?? null,
    after?.projectId ?? null,
    after?.meter ?? null,
    after?.usageDate ?? null,
  ];
}
