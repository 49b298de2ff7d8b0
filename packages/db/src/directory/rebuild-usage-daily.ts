import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { listCost, roundedQuantity } from '../sql/list-cost.ts';

/** How much an account gained (or lost, negative) of a meter; texts with 12 decimals. */
export type MovedUsage = {
  readonly accountOwnerId: string;
  readonly meter: string;
  readonly quantity: string;
  readonly cost: string;
};

/**
 * Makes the rollup of some users and days what the ledger says, and tells what that changed.
 *
 * Guarantees
 * - Afterwards sum(ledger) = usage_daily for these users and days, to the last digit; rows without usage are gone, but
 *   for those that carry a re-rating of closed months: these stay with a quantity of zero.
 * - A row that stays keeps its price, as it does when a batch adds to it; a new row gets the price in force on its day.
 *   A meter without a price breaks a not-null constraint instead of being lost.
 * - The answer is after minus before, by account and meter, exact: quantities add up to zero where usage only moved.
 * - Running it twice changes nothing the second time.
 *
 * Parameters: $1 user ids, $2 usage days in ascending order.
 *
 * Locks: the directory must be held, so no batch is recorded meanwhile; the ledger's rows are not locked. Days that the
 * ledger has forgotten must not be named: their rollup rows would go.
 *
 * One statement, one snapshot: what is read of `usage_daily` is what was there before. The first and last day are said
 * again as a range, which the BRIN index of the ledger understands.
 */
const REBUILD_USAGE_DAILY = `
with ledger as materialized (
  select
    usage_date, coalesce(booked_on, usage_date) as booked_on, account_owner_id, user_id, hopsworks_cluster_id,
    project_id, used.meter, sum(used.quantity) as quantity,
    sum(case adjustment when 'reversal' then -1 else 1 end) as event_count,
    min(window_started_at) as first_event_at, max(window_started_at) as last_event_at
  from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
  where usage_date >= ($2::date[])[1] and usage_date <= ($2::date[])[cardinality($2::date[])]
    and usage_date = any ($2::date[]) and user_id = any ($1::text[])
  group by usage_date, 2, account_owner_id, user_id, hopsworks_cluster_id, project_id, used.meter
),
before as materialized (
  select * from hopsmeter.usage_daily where usage_date = any ($2::date[]) and user_id = any ($1::text[])
),
-- Besides what the ledger says: a row without usage that carries what a new price makes of closed months stays, at
-- zero.
wanted as (
  select * from ledger
  union all
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, 0, 0, first_event_at,
    last_event_at
  from before
  where price_adjustment <> 0 and not exists (
    select from ledger
    where ledger.usage_date = before.usage_date and ledger.booked_on = before.booked_on
      and ledger.account_owner_id = before.account_owner_id and ledger.user_id = before.user_id
      and ledger.hopsworks_cluster_id = before.hopsworks_cluster_id
      and ledger.project_id is not distinct from before.project_id and ledger.meter = before.meter
  )
),
after as materialized (
  select
    wanted.*,
    coalesce(before.rate_id, price.rate_id) as rate_id,
    coalesce(before.price_override_id, price.price_override_id) as price_override_id,
    coalesce(before.price, price.price) as price,
    coalesce(before.price_quantity, price.price_quantity) as price_quantity,
    coalesce(before.price_adjustment, 0) as price_adjustment
  from wanted
  left join before on before.usage_date = wanted.usage_date and before.booked_on = wanted.booked_on
    and before.account_owner_id = wanted.account_owner_id
    and before.user_id = wanted.user_id and before.hopsworks_cluster_id = wanted.hopsworks_cluster_id
    and before.project_id is not distinct from wanted.project_id and before.meter = wanted.meter
  left join lateral hopsmeter.effective_price(wanted.account_owner_id, wanted.meter, wanted.usage_date) as price
    on before.id is null
),
gone as (
  delete from hopsmeter.usage_daily using before
  where usage_daily.id = before.id and not exists (
    select from after
    where after.usage_date = before.usage_date and after.booked_on = before.booked_on
      and after.account_owner_id = before.account_owner_id and after.user_id = before.user_id
        and after.hopsworks_cluster_id = before.hopsworks_cluster_id
      and after.project_id is not distinct from before.project_id and after.meter = before.meter
  )
),
written as (
  insert into hopsmeter.usage_daily as daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
     price_override_id, price, price_quantity, event_count, first_event_at, last_event_at)
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
    price_override_id, price, price_quantity, event_count, first_event_at, last_event_at
  from after
  order by account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date
  on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
    quantity = excluded.quantity,
    event_count = excluded.event_count,
    first_event_at = excluded.first_event_at,
    last_event_at = excluded.last_event_at,
    updated_at = now()
  where (daily.quantity, daily.event_count, daily.first_event_at, daily.last_event_at)
    is distinct from (excluded.quantity, excluded.event_count, excluded.first_event_at, excluded.last_event_at)
)
select
  account_owner_id as "accountOwnerId", meter,
  ${roundedQuantity('sum(quantity)')}::text as quantity, sum(cost)::numeric(38, 12)::text as cost
from (
  select account_owner_id, meter, -quantity as quantity, -cost as cost from before
  union all
  select account_owner_id, meter, quantity, ${listCost('quantity', 'price', 'price_quantity')} + price_adjustment
    from after
) as differences
group by account_owner_id, meter
having sum(quantity) <> 0 or sum(cost) <> 0
order by account_owner_id collate "C", meter
`;

/** Rebuilds with {@link REBUILD_USAGE_DAILY}. */
export async function rebuildUsageDaily(
  { rowsOf }: AuditedTransaction,
  { userIds, days }: { readonly userIds: readonly string[]; readonly days: readonly string[] },
): Promise<readonly MovedUsage[]> {
  return days.length === 0 ? [] : rowsOf<MovedUsage>(REBUILD_USAGE_DAILY, [userIds, days]);
}
