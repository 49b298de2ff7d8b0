/**
 * The part of a statement that adds new ledger rows to `usage_daily` at the price of their day. Every way of counting
 * an event goes through it, so that no two of them can price or add up differently.
 *
 * It reads `used` of the statement that it stands in, a relation of (usage_date, booked_on, account_owner_id, user_id,
 * hopsworks_cluster_id, project_id, meter, quantity, event_count, first_event_at, last_event_at): what the ledger has
 * just taken, in as many rows as it may be. Locks: rollup rows in key order.
 *
 * @param prices a relation of (usage_date, meter, price_account, rate_id, price_override_id, price, price_quantity).
 *   `price_account` is the account whose prices differ from everybody's, and empty for everybody's.
 */
export function rollUp(prices: string): string {
  return `
prices as not materialized (
  select * from ${prices} as price
    (usage_date, meter, price_account, rate_id, price_override_id, price, price_quantity)
),
-- left join: a meter without a rate breaks the not-null constraint and is found as the bad event, instead of vanishing.
rolled_up as (
  insert into hopsmeter.usage_daily as daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
     price_override_id, price, price_quantity, event_count, first_event_at, last_event_at)
  select
    usage_date, coalesce(booked_on, usage_date), account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
    total.quantity, prices.rate_id, prices.price_override_id, prices.price, prices.price_quantity, total.event_count,
    total.first_event_at, total.last_event_at
  from (
    select
      usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
      case when (account_owner_id in (select price_account from prices)) is true then account_owner_id else '' end
        as price_account,
      sum(quantity) as quantity, sum(event_count)::bigint as event_count,
      min(first_event_at) as first_event_at, max(last_event_at) as last_event_at
    from used
    group by usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
  ) as total
  left join prices using (usage_date, meter, price_account)
  order by account_owner_id, coalesce(booked_on, usage_date), user_id, hopsworks_cluster_id, project_id, meter,
    usage_date
  on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
    quantity = daily.quantity + excluded.quantity,
    event_count = daily.event_count + excluded.event_count,
    first_event_at = least(daily.first_event_at, excluded.first_event_at),
    last_event_at = greatest(daily.last_event_at, excluded.last_event_at),
    updated_at = now()
  returning 1
)`;
}
