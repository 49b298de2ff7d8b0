import { modelEffect, type Pricing, parseQuantity, type Quantity, toExactUnits, type UsageDay } from '@hopsmeter/usage';
import { dayOf } from './pricing-columns.ts';

/** What an account used of a meter on a day, and what that costs at list prices before and after; decimals as text. */
export type MonthDay = {
  readonly accountOwnerId: string;
  readonly meter: string;
  readonly day: string;
  readonly quantity: string;
  readonly oldCost: string;
  readonly newCost: string;
};

/** Groups the days of a month by account and meter. */
export function groupByAccountAndMeter(
  rows: readonly MonthDay[],
): readonly (readonly [accountOwnerId: string, days: readonly MonthDay[]])[] {
  const groups = new Map<string, { accountOwnerId: string; days: MonthDay[] }>();
  for (const row of rows) {
    const key = JSON.stringify([row.accountOwnerId, row.meter]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { accountOwnerId: row.accountOwnerId, days: [row] });
    else group.days.push(row);
  }
  return [...groups.values()].map(({ accountOwnerId, days }) => [accountOwnerId, days]);
}

/**
 * The effect on one account's month of one meter.
 *
 * @param toPricedDay the day whose price a day has; its own when not given.
 */
export function effectOf(
  days: readonly MonthDay[],
  pricing: Pricing,
  cost: 'oldCost' | 'newCost',
  toPricedDay: (day: UsageDay) => UsageDay = (day) => day,
): Quantity {
  return modelEffect(
    days.flatMap((row) => {
      const day = dayOf(row.day);
      const price = pricing.priceOf(row.accountOwnerId, row.meter, toPricedDay(day));
      if (price === undefined) return [];
      return [{ day, quantity: toExactUnits(row.quantity), cost: parseQuantity(row[cost]), price }];
    }),
  );
}
