import { createPricing, type PricingSnapshot, type UsageDay } from '@hopsmeter/usage';
import { daysOfChange, type PriceScope, payersOf } from './price-spans.ts';

/** A meter that would lose its price; `accountOwnerId` is empty for accounts without overrides. */
export type PriceGap = { readonly accountOwnerId: string; readonly meter: string; readonly day: UsageDay };

/** The first gap that a change makes: a price there was before on some day of its scope, and none after it. */
export function findPriceGap(
  before: PricingSnapshot,
  after: PricingSnapshot,
  scope: PriceScope,
  meters: readonly string[],
): PriceGap | undefined {
  const [old, changed] = [createPricing(before), createPricing(after)];
  for (const accountOwnerId of payersOf(scope, before, after))
    for (const meter of scope.meter === undefined ? meters : [scope.meter]) {
      const days = [before, after].flatMap((snapshot) => daysOfChange(snapshot, scope, accountOwnerId, meter));
      for (const day of days)
        if (
          old.priceOf(accountOwnerId, meter, day) !== undefined &&
          changed.priceOf(accountOwnerId, meter, day) === undefined
        )
          return { accountOwnerId, meter, day };
    }
  return undefined;
}
