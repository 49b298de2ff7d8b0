import {
  addMonths,
  createPricing,
  formatUsageDay,
  hasModelEffect,
  monthOf,
  type Pricing,
  type PricingSnapshot,
  type Quantity,
  type UsageDay,
} from '@hopsmeter/usage';
import { textArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';
import { dayText } from '../sql/day.ts';
import { listCost } from '../sql/list-cost.ts';
import { effectOf, groupByAccountAndMeter, type MonthDay } from './month-days.ts';
import type { PlannedPriceChange } from './plan-price-change.ts';
import { pricesOf } from './price-arrays.ts';
import type { PriceBook } from './price-book.ts';
import { payersOf, priceSpans } from './price-spans.ts';

/**
 * The usage of a month by account, meter and day, and what it costs at list prices before and after.
 *
 * Parameters: $1 first day, $2 the day after the last, $3 meters, $4 the only account or NULL, $5 accounts with prices
 * of their own, $6 to $11 the prices afterwards as arrays: account (empty: everybody else), meter, first day, day after
 * the last, price, price quantity. Days without one of these keep their cost. No locks.
 */
const READ_MONTH = `
with own as materialized (select account from unnest($5::text[]) as account),
prices as materialized (
  select * from unnest($6::text[], $7::text[], $8::date[], $9::date[], $10::numeric[], $11::numeric[])
    as price (account, meter, first_day, end_day, price, price_quantity)
)
select
  daily.account_owner_id as "accountOwnerId", daily.meter, ${dayText('daily.usage_date')} as day,
  sum(daily.quantity)::text as quantity, sum(daily.cost)::numeric(38, 12)::text as "oldCost",
  sum(coalesce(${listCost('daily.quantity', 'prices.price', 'prices.price_quantity')},
  daily.cost))::numeric(38, 12)::text
    as "newCost"
from hopsmeter.usage_daily as daily
left join own on own.account = daily.account_owner_id
left join prices on prices.meter = daily.meter and prices.account = coalesce(own.account, '')
  and prices.first_day <= daily.usage_date and daily.usage_date < prices.end_day
where daily.usage_date >= $1::date and daily.usage_date < $2::date and daily.meter = any ($3::text[])
  and ($4::text is null or (daily.account_owner_id = $4 and daily.booked_on >= $1::date))
group by daily.account_owner_id, daily.meter, daily.usage_date
`;

/**
 * By how much a planned change moves the model effects of the months that it touches, by account; accounts of which
 * none moves are left out. With list prices alone, before and after, nothing is read.
 *
 * @param days the first and the last day of the scope that have usage; months before and after them stay as they are.
 */
export async function forecastModelEffects(
  pool: Pool,
  { pricing, meters }: PriceBook,
  { scope, after }: PlannedPriceChange,
  days: { readonly first: UsageDay; readonly last: UsageDay },
): Promise<ReadonlyMap<string, Quantity>> {
  const found = new Map<string, Quantity>();
  const concerned = (scope.meter === undefined ? meters : [scope.meter]).filter((meter) =>
    [pricing, after].some((snapshot) => isModelled(snapshot, meter)),
  );
  if (concerned.length === 0) return found;
  const payers = payersOf(scope, after);
  const spans = priceSpans(after, scope, payers, concerned);
  const own = textArray(payers.filter((payer) => payer !== ''));
  const [before, changed] = [createPricing(pricing), createPricing(after)];
  for (let month = monthOf(days.first); month <= days.last; month = addMonths(month, 1)) {
    const end = addMonths(month, 1);
    const [accounts = '', named = '', firsts = '', ends = '', , , prices = '', quantities = ''] = pricesOf(
      spans,
      month,
      end,
    );
    const { rows } = await pool.query<MonthDay>(READ_MONTH, [
      formatUsageDay(month),
      formatUsageDay(end),
      textArray(concerned),
      scope.accountOwnerId ?? null,
      own,
      ...[accounts, named, firsts, ends, prices, quantities],
    ]);
    for (const [accountOwnerId, difference] of compare(rows, before, changed))
      found.set(accountOwnerId, (found.get(accountOwnerId) ?? 0n) + difference);
  }
  return new Map([...found].filter(([, difference]) => difference !== 0n));
}

function compare(
  rows: readonly MonthDay[],
  before: Pricing,
  after: Pricing,
): [accountOwnerId: string, difference: Quantity][] {
  return groupByAccountAndMeter(rows).map(([accountOwnerId, days]) => [
    accountOwnerId,
    effectOf(days, after, 'newCost') - effectOf(days, before, 'oldCost'),
  ]);
}

function isModelled({ rates, overrides }: PricingSnapshot, meter: string): boolean {
  return (
    rates.some((rate) => rate.meter === meter && hasModelEffect(rate)) ||
    overrides.some(
      (override) => override.kind === 'price' && override.meter === meter && hasModelEffect(override.terms),
    )
  );
}
