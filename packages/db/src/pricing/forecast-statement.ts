import { dayText } from '../sql/day.ts';
import { listCost } from '../sql/list-cost.ts';
import { OPENINGS } from '../sql/openings.ts';
import { adjustments, IS_CHANGED, IS_OPEN, missingRows, PRICED_ROWS, WITH_ADJUSTMENT } from './re-rated-rows.ts';

const ROWS_OF_SCOPE = `
daily.usage_date >= $1::date and daily.usage_date < $2::date
  and ($3::text is null or (daily.account_owner_id = $3 and daily.booked_on >= $1::date))
  and ($4::text is null or daily.meter = $4)`;

/**
 * What other prices would make of the rollup rows of some days, by account, without changing anything.
 *
 * Guarantees: the same rows and the same difference as re-rating them with these prices would give, because both are
 * made of the same pieces. Accounts of which no row would change are left out.
 *
 * Parameters: $1 first day, $2 the day after the last, $3 the only account or NULL, $4 the only meter or NULL, $5
 * accounts with prices of their own, $6 to $13 the prices as arrays: account (empty: everybody else), meter, first day,
 * day after the last, rate, override, price, price quantity.
 *
 * It takes no locks: usage is recorded meanwhile. Measured on 2 cores: a month of 2,000,000 rows in 5 s.
 */
export const FORECAST = `
with ${OPENINGS},
own as materialized (select account from unnest($5::text[]) as account),
prices as materialized (
  select * from unnest(
    $6::text[], $7::text[], $8::date[], $9::date[], $10::uuid[], $11::uuid[], $12::numeric[], $13::numeric[]
  ) as price (account, meter, first_day, end_day, rate_id, price_override_id, price, price_quantity)
),
${adjustments(ROWS_OF_SCOPE)},
outcomes as (
  select
    daily.account_owner_id, daily.cost as old_cost,
    ${listCost('daily.quantity', 'prices.price', 'prices.price_quantity')} + coalesce(adjusted.amount, 0) as new_cost,
    coalesce(adjusted.amount, 0) - daily.price_adjustment as adjustment, ${IS_CHANGED} as is_changed
  from ${PRICED_ROWS}
  ${WITH_ADJUSTMENT}
  where ${ROWS_OF_SCOPE} and ${IS_OPEN}
  union all
  select account_owner_id, 0, amount, amount, true from ${missingRows(ROWS_OF_SCOPE)}
  union all
  select account_owner_id, closed_cost, closed_cost, 0, false from adjusted
)
select
  account_owner_id as "accountOwnerId", count(*) filter (where is_changed)::text as "changedRows",
  sum(old_cost)::numeric(38, 12)::text as "oldCost", sum(new_cost)::numeric(38, 12)::text as "newCost",
  sum(adjustment)::numeric(38, 12)::text as adjustment
from outcomes
group by account_owner_id
having count(*) filter (where is_changed) > 0
`;

/**
 * The first and the last day of a scope that have usage: $1 first day, $2 day after the last or NULL, $3 account or
 * NULL.
 */
export const FIND_USAGE_DAYS = `
select ${dayText('min(usage_date)')} as first, ${dayText('max(usage_date)')} as last
from hopsmeter.usage_daily
where usage_date >= $1::date and ($2::date is null or usage_date < $2)
  and ($3::text is null or (account_owner_id = $3 and booked_on >= $1::date))
`;
