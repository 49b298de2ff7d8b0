import { listCost } from '../sql/list-cost.ts';
import { OPENINGS } from '../sql/openings.ts';

/**
 * Stands for "no project" where keys are joined: a join on equality can be hashed, one on `is not distinct from`
 * cannot.
 */
const NO_PROJECT = `'00000000-0000-0000-0000-000000000000'::uuid`;

const KEY = 'booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_key, meter';

/**
 * The part of a statement that compares the ledger with the rollup for the usage day $1: its last relation is
 * `compared`, one row for each row of the rollup, or that should be there. What is reported and what is repaired both
 * come from it.
 *
 * What must hold
 * - Quantity and event count of a row are the sums of the ledger's rows of its key, to the last digit; a key without
 *   usage may have a row of zeros or none.
 * - A row booked in an open month has the price in force (`effective_price`) and names its rate and override; and its
 *   adjustment is what that price makes of the same usage booked in closed months: sum(round(quantity × price) − cost)
 *   over these rows.
 * - Prices that a price change is still on its way to are explained; their quantities are compared all the same.
 * - A row booked in a closed month keeps the price that it was closed with. Its statement tells whether it still does.
 * - cost = `listCost` of its quantity and price + price_adjustment.
 *
 * One statement, one snapshot: a batch is one statement too, so it is on both sides or on none. No locks; whoever
 * records waits for nothing.
 *
 * The prices of accounts without prices of their own are looked up once for all of them.
 */
export const COMPARED_DAY = `
${OPENINGS},
priced_apart as materialized (
  select distinct account_owner_id from hopsmeter.price_overrides where withdrawn_at is null
),
applying as materialized (
  select account_owner_id as account, meter as metered from hopsmeter.price_changes
  where status = 'applying' and next_day <= $1::date and first_day <= $1::date
    and ($1::date < end_day or end_day is null)
),
rollup as materialized (
  select
    daily.*, coalesce(daily.project_id, ${NO_PROJECT}) as project_key,
    coalesce(daily.booked_on < openings.since, false) as is_closed
  from hopsmeter.usage_daily as daily left join openings on openings.account = daily.account_owner_id
  where daily.usage_date = $1::date
),
counted as materialized (
  select
    coalesce(booked_on, usage_date) as booked_on, account_owner_id, user_id, hopsworks_cluster_id,
    coalesce(project_id, ${NO_PROJECT}) as project_key, used.meter, sum(used.quantity) as quantity,
    sum(case adjustment when 'reversal' then -1 else 1 end) as event_count,
    min(window_started_at) as first_event_at, max(window_started_at) as last_event_at
  from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
  where usage_date = $1::date
  group by 1, 2, 3, 4, 5, 6
),
prices as materialized (
  select wanted.price_account, wanted.meter, price.*
  from (
    select distinct
      case when (account_owner_id in (select account_owner_id from priced_apart)) is true
        then account_owner_id else '' end as price_account,
      meter
    from (select account_owner_id, meter from rollup union all select account_owner_id, meter from counted) as either
  ) as wanted, lateral (
    -- A limit tells the planner that a price is one row: it expects a thousand of the function.
    select * from hopsmeter.effective_price(wanted.price_account, wanted.meter, $1::date) limit 1
  ) as price
),
re_rated as (
  select
    openings.since as booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_key, meter,
    sum(${listCost('rollup.quantity', 'prices.price', 'prices.price_quantity')} - rollup.cost) as price_adjustment,
    min(first_event_at) as first_event_at, max(last_event_at) as last_event_at
  from rollup
  join openings on openings.account = rollup.account_owner_id
  left join priced_apart using (account_owner_id)
  join prices using (meter)
  where rollup.is_closed
    and prices.price_account = case when priced_apart.account_owner_id is null then '' else account_owner_id end
  group by 1, 2, 3, 4, 5, 6
  having sum(${listCost('rollup.quantity', 'prices.price', 'prices.price_quantity')} - rollup.cost) <> 0
),
expected as (
  select
    ${KEY}, sum(quantity) as quantity, sum(event_count) as event_count, sum(price_adjustment) as price_adjustment,
    coalesce(min(first_event_at), min(first_closed_at)) as first_event_at,
    coalesce(max(last_event_at), max(last_closed_at)) as last_event_at
  from (
    select
      ${KEY}, quantity, event_count, 0 as price_adjustment, first_event_at, last_event_at,
      null::timestamptz as first_closed_at, null::timestamptz as last_closed_at
    from counted
    union all
    select ${KEY}, null, null, price_adjustment, null, null, first_event_at, last_event_at from re_rated
  ) as parts
  group by ${KEY}
),
joined as (
  select
    ${KEY}, rollup.id,
    coalesce(booked_on < openings.since, false) as is_closed,
    exists (
      select from applying
      where (account is null or account = account_owner_id) and (metered is null or metered = meter)
    ) as is_explained,
    expected.quantity as ledger_quantity, expected.event_count as ledger_event_count,
    coalesce(expected.price_adjustment, 0) as re_rated_adjustment,
    expected.first_event_at, expected.last_event_at,
    rollup.quantity as rollup_quantity, rollup.event_count as rollup_event_count,
    rollup.rate_id, rollup.price_override_id, rollup.price, rollup.price_quantity, rollup.price_adjustment, rollup.cost
  from expected full join rollup using (${KEY})
  left join openings on openings.account = account_owner_id
),
-- What each row should cost: closed rows, and those that a price change is on its way to, keep what they have.
termed as (
  select
    joined.*,
    case when is_kept then joined.rate_id else prices.rate_id end as expected_rate_id,
    case when is_kept then joined.price_override_id else prices.price_override_id end as expected_override_id,
    case when is_kept then joined.price else prices.price end as expected_price,
    case when is_kept then joined.price_quantity else prices.price_quantity end as expected_price_quantity,
    case when is_closed or is_explained then coalesce(joined.price_adjustment, 0) else re_rated_adjustment end
      as expected_price_adjustment
  from joined
  cross join lateral (select (joined.is_closed or joined.is_explained) and joined.id is not null as is_kept) as kept
  left join priced_apart using (account_owner_id)
  left join prices on prices.meter = joined.meter
    and prices.price_account = case when priced_apart.account_owner_id is null then '' else joined.account_owner_id end
),
judged as (
  select
    termed.*, nullif(project_key, ${NO_PROJECT}) as project_id,
    (coalesce(ledger_quantity, 0), coalesce(ledger_event_count, 0))
      is distinct from (coalesce(rollup_quantity, 0), coalesce(rollup_event_count, 0)) as has_other_usage,
    case when id is null then expected_price_adjustment <> 0 else
      (rate_id, price_override_id, price, price_quantity, price_adjustment) is distinct from
        (expected_rate_id, expected_override_id, expected_price, expected_price_quantity, expected_price_adjustment)
      or cost is distinct from ${listCost('rollup_quantity', 'price', 'price_quantity')} + price_adjustment
    end as has_other_price,
    ${listCost(
      'coalesce(ledger_quantity, 0)',
      'coalesce(expected_price, price)',
      'coalesce(expected_price_quantity, price_quantity)',
    )} + expected_price_adjustment as expected_cost
  from termed
),
compared as materialized (
  select
    judged.*, has_other_usage or has_other_price as is_different,
    case
      when has_other_usage and id is null then 'missing'
      when has_other_usage and ledger_quantity is null then 'unexpected'
      when has_other_usage then 'usage'
      when has_other_price then 'price'
    end as kind,
    abs(coalesce(expected_cost, 0) - coalesce(cost, 0)) as cost_difference
  from judged
)
`;
