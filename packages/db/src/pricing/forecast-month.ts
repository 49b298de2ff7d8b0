import {
  addMonths,
  createPricing,
  formatUsageDay,
  monthOf,
  parseQuantity,
  type Quantity,
  type UsageDay,
  type UsageMonth,
} from '@hopsmeter/usage';
import { textArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';
import { byDifference } from './by-difference.ts';
import { FORECAST_MONTH } from './forecast-month-statement.ts';
import { effectOf, groupByAccountAndMeter, type MonthDay } from './month-days.ts';
import type { PlannedPriceChange } from './plan-price-change.ts';
import { pricesOf } from './price-arrays.ts';
import type { PriceBook } from './price-book.ts';
import { type PriceScope, type PriceSpan, payersOf, priceSpans } from './price-spans.ts';

/** What a month of usage costs before and after a change; USD with 12 decimals. */
export type MonthDifference = {
  /** At list prices. */
  readonly oldCost: Quantity;
  readonly newCost: Quantity;
  /** `newCost` less `oldCost`. */
  readonly difference: Quantity;
  /** By how much tiers, packages and included units change it besides. */
  readonly modelEffect: Quantity;
  /** What statements would have of it: list prices and model effects. */
  readonly oldBill: Quantity;
  readonly newBill: Quantity;
  readonly billDifference: Quantity;
};

export type MonthForecast = {
  /** The month whose usage it is. */
  readonly usageMonth: UsageMonth;
  /** The month whose prices it is given, day by day, without the change and with it. */
  readonly pricedAs: UsageMonth;
  /** Accounts whose month would cost something else; the largest difference first. */
  readonly accounts: readonly (MonthDifference & { readonly accountOwnerId: string })[];
  readonly total: MonthDifference;
};

const NOTHING: MonthDifference = {
  oldCost: 0n,
  newCost: 0n,
  difference: 0n,
  modelEffect: 0n,
  oldBill: 0n,
  newBill: 0n,
  billDifference: 0n,
};

/**
 * What the accounts of a planned change would pay without it and with it for a month like `usageMonth`, exactly: the
 * usage of that month, priced as if it were of a month in which the change is in force. Changes nothing, holds no lock.
 */
export async function forecastMonth(
  pool: Pool,
  { pricing, meters }: PriceBook,
  { scope, after }: PlannedPriceChange,
  usageMonth: UsageMonth,
): Promise<MonthForecast> {
  const pricedAs = findMonthInForce(scope, usageMonth);
  const concerned = scope.meter === undefined ? meters : [scope.meter];
  const whole = { ...scope, firstDay: pricedAs, endDay: addMonths(pricedAs, 1) };
  const payers = payersOf(scope, pricing, after);
  const [end, shift] = [addMonths(usageMonth, 1), shiftDays(pricedAs, usageMonth)];
  const arrays = [pricing, after].flatMap((snapshot) => {
    const spans = priceSpans(snapshot, whole, payers, concerned).flatMap(shift);
    const [accounts = '', named = '', firsts = '', ends = '', , , prices = '', quantities = ''] = pricesOf(
      spans,
      usageMonth,
      end,
    );
    return [accounts, named, firsts, ends, prices, quantities];
  });
  const { rows } = await pool.query<MonthDay>(FORECAST_MONTH, [
    formatUsageDay(usageMonth),
    formatUsageDay(end),
    textArray(concerned),
    scope.accountOwnerId ?? null,
    textArray(payers.filter((payer) => payer !== '')),
    ...arrays,
  ]);
  const [old, changed] = [createPricing(pricing), createPricing(after)];
  const toPricedDay = (day: UsageDay): UsageDay =>
    pricedAs + Math.min(day - usageMonth, addMonths(pricedAs, 1) - 1 - pricedAs);
  const byAccount = new Map<string, MonthDifference>();
  for (const [accountOwnerId, days] of groupByAccountAndMeter(rows)) {
    const difference = compare(
      { cost: sumOf(days, 'oldCost'), effect: effectOf(days, old, 'oldCost', toPricedDay) },
      { cost: sumOf(days, 'newCost'), effect: effectOf(days, changed, 'newCost', toPricedDay) },
    );
    byAccount.set(accountOwnerId, add(byAccount.get(accountOwnerId) ?? NOTHING, difference));
  }
  const accounts = [...byAccount]
    .filter(([, { difference, modelEffect }]) => difference !== 0n || modelEffect !== 0n)
    .map(([accountOwnerId, difference]) => ({ accountOwnerId, ...difference }))
    .sort(byDifference);
  return { usageMonth, pricedAs, accounts, total: accounts.reduce(add, NOTHING) };
}

/**
 * The month whose prices show what a change does: the month of the usage itself when the change is in force all through
 * it, else the first month that it is; of a change that is shorter than that, the month in which it begins.
 */
function findMonthInForce({ firstDay, endDay }: PriceScope, usageMonth: UsageMonth): UsageMonth {
  const begun = monthOf(firstDay);
  const first = begun === firstDay ? begun : addMonths(begun, 1);
  return [usageMonth, first].find((month) => firstDay <= month && addMonths(month, 1) <= endDay) ?? begun;
}

/**
 * Moves spans from one month to another by the day of the month; what is left of the longer month has its last day's
 * price.
 */
function shiftDays(from: UsageMonth, to: UsageMonth): (span: PriceSpan) => readonly PriceSpan[] {
  const [fromEnd, toEnd] = [addMonths(from, 1), addMonths(to, 1)];
  return (span) => {
    const firstDay = to + span.firstDay - from;
    const endDay = span.endDay >= fromEnd ? toEnd : Math.min(to + span.endDay - from, toEnd);
    return firstDay < endDay ? [{ ...span, firstDay, endDay }] : [];
  };
}

type Costs = { readonly cost: Quantity; readonly effect: Quantity };

function compare(before: Costs, after: Costs): MonthDifference {
  const difference = after.cost - before.cost;
  const modelEffect = after.effect - before.effect;
  return {
    oldCost: before.cost,
    newCost: after.cost,
    difference,
    modelEffect,
    oldBill: before.cost + before.effect,
    newBill: after.cost + after.effect,
    billDifference: difference + modelEffect,
  };
}

function sumOf(days: readonly MonthDay[], cost: 'oldCost' | 'newCost'): Quantity {
  return days.reduce((sum, day) => sum + parseQuantity(day[cost]), 0n);
}

function add(a: MonthDifference, b: MonthDifference): MonthDifference {
  return {
    oldCost: a.oldCost + b.oldCost,
    newCost: a.newCost + b.newCost,
    difference: a.difference + b.difference,
    modelEffect: a.modelEffect + b.modelEffect,
    oldBill: a.oldBill + b.oldBill,
    newBill: a.newBill + b.newBill,
    billDifference: a.billDifference + b.billDifference,
  };
}
