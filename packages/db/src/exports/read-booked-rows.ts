import type { Query } from '../connection/query.ts';
import { roundedQuantity } from '../sql/list-cost.ts';

/**
 * The rows of the rollup that are booked in an account's month, in the order of the unique key, with names and with the
 * price of the rate card.
 *
 * Guarantees: every row once, because everything is joined by primary key; `usedCost` + `priceAdjustment` is the row's
 * cost. A rate is never changed, only withdrawn, so its price is the one that the row's own follows from, for the same
 * quantity.
 *
 * Parameters: $1 account owner, $2 first day, $3 day after the last. Read through a cursor of the transaction that the
 * snapshot is: it needs no session, and an account of any size is one pass over one range of the key. No locks.
 */
const OPEN_BOOKED_ROWS = `
declare booked_rows no scroll cursor for
select
  daily.usage_date::text as "usageDate", (daily.usage_date + 1)::text as "dayAfter",
  daily.booked_on > daily.usage_date as "isLate", daily.meter,
  daily.user_id as "userId", coalesce(people.name, people.email) as "userName",
  daily.hopsworks_cluster_id as "clusterId", clusters.name as "clusterName",
  daily.project_id as "projectId", projects.namespace as "projectNamespace",
  ${roundedQuantity('daily.quantity')}::text as quantity, daily.price::text,
  daily.price_quantity::text as "priceQuantity",
  coalesce(rates.price, daily.price)::text as "listPrice",
  daily.rate_id as "rateId", daily.price_override_id as "priceOverrideId",
  (daily.cost - daily.price_adjustment)::text as "usedCost", daily.price_adjustment::text as "priceAdjustment"
from hopsmeter.usage_daily as daily
join hopsmeter.users as people on people.id = daily.user_id
join hopsmeter.hopsworks_clusters as clusters on clusters.id = daily.hopsworks_cluster_id
left join hopsmeter.projects on projects.id = daily.project_id
left join hopsmeter.rates on rates.id = daily.rate_id
where daily.account_owner_id = $1 and daily.booked_on >= $2::date and daily.booked_on < $3::date
order by daily.booked_on, daily.user_id, daily.hopsworks_cluster_id, daily.project_id, daily.meter, daily.usage_date
`;

/** Rows in memory at a time: 1 MB. */
const PAGE_ROWS = 1_000;

const FETCH = `fetch ${PAGE_ROWS} from booked_rows`;
const CLOSE = 'close booked_rows';

export type BookedRow = {
  readonly usageDate: string;
  readonly dayAfter: string;
  /** Whether it is booked in a later month than its own. */
  readonly isLate: boolean;
  readonly meter: string;
  readonly userId: string;
  readonly userName: string | null;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly projectId: string | null;
  readonly projectNamespace: string | null;
  readonly quantity: string;
  readonly price: string;
  readonly priceQuantity: string;
  readonly listPrice: string;
  readonly rateId: string | null;
  readonly priceOverrideId: string | null;
  readonly usedCost: string;
  readonly priceAdjustment: string;
};

/** Reads with {@link OPEN_BOOKED_ROWS}, in pages of up to 1,000 rows. Only one can be open in a transaction. */
export async function* readBookedRows(
  { rowsOf }: Query,
  accountOwnerId: string,
  [from, to]: readonly [from: string, to: string],
): AsyncGenerator<readonly BookedRow[]> {
  await rowsOf(OPEN_BOOKED_ROWS, [accountOwnerId, from, to]);
  for (;;) {
    const rows = await rowsOf<BookedRow>(FETCH);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_ROWS) break;
  }
  await rowsOf(CLOSE);
}
