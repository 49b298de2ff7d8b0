import {
  type BilledEffect,
  findModelEffects,
  findModelledMeters,
  formatUsageDay,
  type MeterDay,
  type Pricing,
  type PricingSnapshot,
  parseQuantity,
  type StatementPart,
  toExactUnits,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { rangeOf } from './read-account-month.ts';

/** Prices of one snapshot, and what answers from them. */
export type AccountPricing = { readonly snapshot: PricingSnapshot; readonly pricing: Pricing };

/** What the statements of an account billed as model effects. Parameters: $1 account owner. */
const READ_BILLED_EFFECTS = `
select
  line.usage_month::text as "usageMonth", line.meter, sum(line.amount_exact)::numeric(38, 12)::text as "amountExact"
from hopsmeter.statements join hopsmeter.statement_lines as line on line.statement_id = statements.id
where statements.account_owner_id = $1 and line.kind = 'model_effect'
group by line.usage_month, line.meter
`;

/**
 * All usage of an account and some meters by day, whenever it was booked, at list prices.
 *
 * Parameters: $1 account owner, $2 meters, $3 first usage day, $4 day after the last day of usage and of booking. One
 * range of the unique key: usage is never booked before its day.
 */
const READ_METER_DAYS = `
select
  usage_date::text as day, meter, sum(quantity)::text as quantity, sum(cost)::numeric(38, 12)::text as cost
from hopsmeter.usage_daily
where account_owner_id = $1 and meter = any ($2::text[])
  and booked_on >= $3::date and booked_on < $4::date and usage_date >= $3::date
group by usage_date, meter
`;

/**
 * The model effects that a month's statement has to bill: its own, and where `isNext` what those of closed months come
 * to besides what was billed. A closed month is read again only for meters that have more than a list price, since they
 * have it, or that were billed an effect: with list prices alone nothing is read.
 *
 * @param isNext whether the month is the next one to be closed; nothing is booked in an earlier open month then.
 * @throws RangeError when usage has no price.
 */
export async function readEffectParts(
  { rowsOf }: Query,
  { snapshot, pricing }: AccountPricing,
  { accountOwnerId, month, isNext }: { accountOwnerId: string; month: UsageMonth; isNext: boolean },
): Promise<StatementPart[]> {
  const billed = isNext ? await readBilled({ rowsOf }, accountOwnerId) : [];
  const since = new Map(findModelledMeters(snapshot, accountOwnerId));
  for (const { meter, usageMonth } of billed) since.set(meter, Math.min(usageMonth, since.get(meter) ?? usageMonth));
  if (since.size === 0) return [];
  const first = isNext ? Math.min(month, ...since.values()) : month;
  const rows = await rowsOf<{ day: string; meter: string; quantity: string; cost: string }>(READ_METER_DAYS, [
    accountOwnerId,
    [...since.keys()],
    formatUsageDay(first),
    rangeOf(month)[1],
  ]);
  const days = rows.map(
    ({ day, meter, quantity, cost }): MeterDay => ({
      day: dayOf(day),
      meter,
      quantity: toExactUnits(quantity),
      cost: parseQuantity(cost),
    }),
  );
  return findModelEffects(days, billed, (meter, day) => pricing.priceOf(accountOwnerId, meter, day));
}

async function readBilled({ rowsOf }: Query, accountOwnerId: string): Promise<BilledEffect[]> {
  const rows = await rowsOf<{ usageMonth: string; meter: string; amountExact: string }>(READ_BILLED_EFFECTS, [
    accountOwnerId,
  ]);
  return rows.map(({ usageMonth, meter, amountExact }) => ({
    usageMonth: dayOf(usageMonth),
    meter,
    amountExact: parseQuantity(amountExact),
  }));
}
