import { listCost } from '../sql/list-cost.ts';

/**
 * Pieces of SQL that decide what a row of `usage_daily` costs at other prices. The forecast of a price change and the
 * re-rating are both made of them, so that they come to the same.
 *
 * They stand in statements that have these relations, and need {@link PLAN_BY_HASH}:
 * - `own` (account): accounts that have prices of their own.
 * - `prices` (account, meter, first_day, end_day, rate_id, price_override_id, price, price_quantity): the prices
 *   wanted, by account or, with an empty account, for everybody else; each day of an account and meter at most once.
 */

/**
 * Rows with the price wanted and what is open to their account. A row without a price is left out: it stays as it is.
 */
export const PRICED_ROWS = `
hopsmeter.usage_daily as daily
left join own on own.account = daily.account_owner_id
join prices on prices.meter = daily.meter and prices.account = coalesce(own.account, '')
  and prices.first_day <= daily.usage_date and daily.usage_date < prices.end_day
left join openings on openings.account = daily.account_owner_id`;

/** Whether a row of {@link PRICED_ROWS} may change; the others are booked in closed months and never do. */
export const IS_OPEN = '(openings.since is null or daily.booked_on >= openings.since)';

/**
 * What the price wanted makes of usage that is booked in closed months, for each key of rollup rows: the sum over the
 * closed rows of their cost at that price less the cost that they have, adjustments included. It depends on nothing
 * else, so it can be computed again at any time. It belongs to the row of the same key that is booked in the open
 * month.
 *
 * @param rows which rows of `daily` are looked at: all of a key or none.
 */
export function adjustments(rows: string): string {
  return `
adjusted as materialized (
  select
    daily.account_owner_id, openings.since as booked_on, daily.user_id, daily.hopsworks_cluster_id, daily.project_id,
    daily.meter, daily.usage_date, prices.rate_id, prices.price_override_id, prices.price, prices.price_quantity,
    sum(${listCost('daily.quantity', 'prices.price', 'prices.price_quantity')} - daily.cost) as amount,
    sum(daily.cost) as closed_cost, min(daily.first_event_at) as first_event_at,
    max(daily.last_event_at) as last_event_at
  from ${PRICED_ROWS}
  where ${rows} and daily.booked_on < openings.since
  group by
    daily.account_owner_id, openings.since, daily.user_id, daily.hopsworks_cluster_id, daily.project_id, daily.meter,
    daily.usage_date, prices.rate_id, prices.price_override_id, prices.price, prices.price_quantity
)`;
}

/** Joins {@link adjustments} to the open rows of {@link PRICED_ROWS}. */
export const WITH_ADJUSTMENT = `
left join adjusted on adjusted.account_owner_id = daily.account_owner_id and adjusted.booked_on = daily.booked_on
  and adjusted.user_id = daily.user_id and adjusted.hopsworks_cluster_id = daily.hopsworks_cluster_id
  and adjusted.project_id is not distinct from daily.project_id and adjusted.meter = daily.meter
  and adjusted.usage_date = daily.usage_date`;

/** Whether an open row with its adjustment differs from what is wanted. */
export const IS_CHANGED = `
(daily.rate_id, daily.price_override_id, daily.price, daily.price_quantity, daily.price_adjustment) is distinct from
  (prices.rate_id, prices.price_override_id, prices.price, prices.price_quantity, coalesce(adjusted.amount, 0))`;

/**
 * Adjustments that have no row to stand in yet.
 *
 * @param rows the condition of {@link adjustments} again, for `daily`: what can be found among them need not be looked
 *   for in the whole table.
 */
export function missingRows(rows: string): string {
  return `
adjusted
where amount <> 0 and not exists (
  select from hopsmeter.usage_daily as daily
  where ${rows} and daily.account_owner_id = adjusted.account_owner_id and daily.booked_on = adjusted.booked_on
    and daily.user_id = adjusted.user_id and daily.hopsworks_cluster_id = adjusted.hopsworks_cluster_id
    and daily.project_id is not distinct from adjusted.project_id and daily.meter = adjusted.meter
    and daily.usage_date = adjusted.usage_date
)`;
}

/**
 * How statements that are made of these pieces have to be planned; for the transaction only. Nobody can know how many
 * adjustments there are, and taking them for few the planner compared each with each row: 6 s for 1,000 of 10,000 rows,
 * now 0.1. The memory is for sorts of a part: on disk they took a tenth longer.
 */
export const PLAN_BY_HASH = `set local enable_nestloop = off; set local work_mem = '64MB'`;
