import type { Quantity } from '../decimal.ts';
import type { ExactUnits } from '../exact-quantity.ts';
import { groupBy } from '../group-by.ts';
import { hasModelEffect } from '../pricing/model-cost.ts';
import { modelEffect } from '../pricing/model-effect.ts';
import type { EffectivePrice, PriceTerms, PricingSnapshot } from '../pricing/pricing.ts';
import { formatUsageDay, formatUsageMonth, monthOf, type UsageDay, type UsageMonth } from '../time.ts';
import type { StatementPart } from './build-statement.ts';

/** All usage of an account and meter on a day, whenever it was booked, and what it cost at list prices. */
export type MeterDay = {
  readonly meter: string;
  readonly day: UsageDay;
  readonly quantity: ExactUnits;
  readonly cost: Quantity;
};

/** What closed statements billed as the model effect of a month and meter, in total. */
export type BilledEffect = {
  readonly usageMonth: UsageMonth;
  readonly meter: string;
  readonly amountExact: Quantity;
};

/**
 * The model effects that a statement has to bill: for each month and meter the effect as it is now, less what was
 * billed. So the effects of all statements add up to the effect of the month's last known usage at its last known
 * prices, however often and in whatever order usage and prices of a closed month were changed.
 *
 * @param days each meter and day once; the whole of every month that is named by any of them.
 * @param priceOf the price in force.
 * @throws RangeError when usage has no price: an amount must not be guessed.
 */
export function findModelEffects(
  days: readonly MeterDay[],
  billed: readonly BilledEffect[],
  priceOf: (meter: string, day: UsageDay) => EffectivePrice | undefined,
): StatementPart[] {
  const parts = new Map<string, { usageMonth: UsageMonth; meter: string; amountExact: Quantity }>();
  const add = (usageMonth: UsageMonth, meter: string, amountExact: Quantity) => {
    const key = `${formatUsageMonth(usageMonth)} ${meter}`;
    const part = parts.get(key) ?? { usageMonth, meter, amountExact: 0n };
    part.amountExact += amountExact;
    parts.set(key, part);
  };
  for (const group of groupBy(days, ({ meter, day }) => `${monthOf(day)} ${meter}`).values()) {
    const [first] = group;
    if (first !== undefined) add(monthOf(first.day), first.meter, effectOf(group, priceOf));
  }
  for (const { usageMonth, meter, amountExact } of billed) add(usageMonth, meter, -amountExact);
  return [...parts.values()]
    .filter(({ amountExact }) => amountExact !== 0n)
    .map((part) => ({ ...part, kind: 'model_effect', userId: undefined, quantity: undefined }));
}

function effectOf(
  days: readonly MeterDay[],
  priceOf: (meter: string, day: UsageDay) => EffectivePrice | undefined,
): Quantity {
  const priced = days.map((used) => {
    const price = priceOf(used.meter, used.day);
    if (price === undefined)
      throw new RangeError(`${used.meter} has no price on ${formatUsageDay(used.day)}, though usage of it is counted`);
    return { day: used.day, quantity: used.quantity, cost: used.cost, price };
  });
  return modelEffect(priced);
}

/**
 * The meters whose terms are more than a list price, for anybody or for this account, each with the first month in
 * which they are. Only these can have a model effect.
 */
export function findModelledMeters(
  { rates, overrides }: PricingSnapshot,
  accountOwnerId: string,
): ReadonlyMap<string, UsageMonth> {
  const since = new Map<string, UsageMonth>();
  const add = (meter: string, validFrom: UsageDay, terms: PriceTerms) => {
    if (hasModelEffect(terms))
      since.set(meter, Math.min(monthOf(validFrom), since.get(meter) ?? Number.POSITIVE_INFINITY));
  };
  // Of every card: which one an account has can change within a month.
  for (const rate of rates) add(rate.meter, rate.validFrom, rate);
  for (const override of overrides)
    if (override.kind === 'price' && override.accountOwnerId === accountOwnerId)
      add(override.meter, override.validFrom, override.terms);
  return since;
}
