import { createPricing, type EffectivePrice, type PricingSnapshot, type UsageDay } from '@hopsmeter/usage';

/** Which usage a change of prices can concern. */
export type PriceScope = {
  /** The only account; undefined for all. */
  readonly accountOwnerId: string | undefined;
  /** The only meter; undefined for all. */
  readonly meter: string | undefined;
  readonly firstDay: UsageDay;
  /** The day after the last; Infinity where it is open. */
  readonly endDay: UsageDay;
};

/**
 * The price of a meter over days on which it does not change; `accountOwnerId` is empty for accounts without overrides.
 */
export type PriceSpan = {
  readonly accountOwnerId: string;
  readonly meter: string;
  readonly firstDay: UsageDay;
  readonly endDay: UsageDay;
  /** Undefined where the meter has none. */
  readonly price: EffectivePrice | undefined;
};

/** Accounts of a scope whose prices may differ: empty for all that have no overrides, and each one that has. */
export function payersOf(scope: PriceScope, ...snapshots: readonly PricingSnapshot[]): readonly string[] {
  if (scope.accountOwnerId !== undefined) return [scope.accountOwnerId];
  const own = snapshots.flatMap(({ overrides }) => overrides.map(({ accountOwnerId }) => accountOwnerId));
  return ['', ...new Set(own)];
}

/**
 * The prices in force over a scope, in spans that cover each of its days exactly once for each account and meter.
 *
 * @param meters all registered ones.
 */
export function priceSpans(
  snapshot: PricingSnapshot,
  scope: PriceScope,
  payers: readonly string[],
  meters: readonly string[],
): readonly PriceSpan[] {
  const pricing = createPricing(snapshot);
  const concerned = scope.meter === undefined ? meters : [scope.meter];
  return payers.flatMap((accountOwnerId) => {
    return concerned.flatMap((meter) => {
      const days = daysOfChange(snapshot, scope, accountOwnerId, meter);
      return days.map((firstDay, place) => {
        const price = pricing.priceOf(accountOwnerId, meter, firstDay);
        return { accountOwnerId, meter, firstDay, endDay: days[place + 1] ?? scope.endDay, price };
      });
    });
  });
}

/** The first day of a scope and all later ones on which the price of an account and meter may change, ascending. */
export function daysOfChange(
  { rates, overrides }: PricingSnapshot,
  { firstDay, endDay }: PriceScope,
  accountOwnerId: string,
  meter: string,
): readonly UsageDay[] {
  const days = new Set([firstDay]);
  const add = (day: UsageDay): void => {
    if (firstDay < day && day < endDay) days.add(day);
  };
  for (const rate of rates) if (rate.meter === meter) add(rate.validFrom);
  for (const override of overrides)
    if (override.accountOwnerId === accountOwnerId) {
      add(override.validFrom);
      add(override.validTo);
    }
  return firstDay < endDay ? [...days].sort((a, b) => a - b) : [];
}
