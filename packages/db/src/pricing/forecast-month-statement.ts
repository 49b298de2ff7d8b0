import { dayText } from '../sql/day.ts';
import { listCost } from '../sql/list-cost.ts';

/**
 * The usage of a month by account, meter and day, and what it costs at the list prices before and after a change, each
 * row rounded as a row of that month would be: late usage and corrections belong to the row that they are of.
 *
 * Parameters: $1 first day, $2 the day after the last, $3 meters, $4 the only account or NULL, $5 accounts with prices
 * of their own, $6 to $11 the prices before as arrays: account (empty: everybody else), meter, first day, day after the
 * last, price, price quantity; $12 to $17 those afterwards. Usage without a price costs nothing. No locks.
 */
export const FORECAST_MONTH = `
with own as materialized (select account from unnest($5::text[]) as account),
old_prices as materialized (
  select * from unnest($6::text[], $7::text[], $8::date[], $9::date[], $10::numeric[], $11::numeric[])
    as price (account, meter, first_day, end_day, price, price_quantity)
),
new_prices as materialized (
  select * from unnest($12::text[], $13::text[], $14::date[], $15::date[], $16::numeric[], $17::numeric[])
    as price (account, meter, first_day, end_day, price, price_quantity)
),
used as materialized (
  select account_owner_id, meter, usage_date, sum(quantity) as quantity
  from hopsmeter.usage_daily
  where usage_date >= $1::date and usage_date < $2::date and meter = any ($3::text[])
    and ($4::text is null or (account_owner_id = $4 and booked_on >= $1::date))
  group by account_owner_id, meter, usage_date, user_id, hopsworks_cluster_id, project_id
)
select
  used.account_owner_id as "accountOwnerId", used.meter, ${dayText('used.usage_date')} as day,
  sum(used.quantity)::text as quantity,
  sum(coalesce(${listCost('used.quantity', 'before.price', 'before.price_quantity')},
  0))::numeric(38, 12)::text as "oldCost",
  sum(coalesce(${listCost('used.quantity', 'after.price', 'after.price_quantity')},
  0))::numeric(38, 12)::text as "newCost"
from used
left join own on own.account = used.account_owner_id
left join old_prices as before on before.meter = used.meter and before.account = coalesce(own.account, '')
  and before.first_day <= used.usage_date and used.usage_date < before.end_day
left join new_prices as after on after.meter = used.meter and after.account = coalesce(own.account, '')
  and after.first_day <= used.usage_date and used.usage_date < after.end_day
group by used.account_owner_id, used.meter, used.usage_date
`;
