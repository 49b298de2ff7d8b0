import { describe, expect, it } from 'vitest';
import { ONE, parseQuantity } from '../decimal.ts';
import { toExactUnits } from '../exact-quantity.ts';
import type { EffectivePrice, PriceOverride, PricingSnapshot, Rate } from '../pricing/pricing.ts';
import { parseUsageDay } from '../time.ts';
import { findModelEffects, findModelledMeters } from './find-model-effects.ts';

const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
const SEPTEMBER = dayOf('2025-09-01');
const AUGUST = dayOf('2025-08-01');

/** 1 USD an hour, of which the first ten of a month are free. */
const TERMS = { price: ONE, priceQuantity: ONE, model: 'flat', tiers: [], includedQuantity: 10n * ONE } as const;
const PRICE: EffectivePrice = {
  ...TERMS,
  meter: 'cpu_hours',
  rateId: 'rate',
  overrideId: undefined,
  priceText: '1',
  priceQuantityText: '1',
};

function use(day: string, hours: string, meter = 'cpu_hours') {
  return { meter, day: dayOf(day), quantity: toExactUnits(hours), cost: parseQuantity(hours) };
}

const amounts = (parts: ReturnType<typeof findModelEffects>) =>
  parts.map(({ usageMonth, meter, amountExact }) => [usageMonth, meter, amountExact]);

describe('the model effects to bill', () => {
  it('are of a month and meter, over all its days', () => {
    const days = [
      use('2025-09-01', '6'),
      use('2025-09-20', '6'),
      use('2025-08-31', '1'),
      use('2025-09-01', '2', 'other'),
    ];
    const parts = findModelEffects(days, [], () => PRICE);
    expect(amounts(parts)).toEqual([
      [SEPTEMBER, 'cpu_hours', -10n * ONE],
      [AUGUST, 'cpu_hours', -ONE],
      [SEPTEMBER, 'other', -2n * ONE],
    ]);
    for (const part of parts)
      expect(part).toMatchObject({ kind: 'model_effect', userId: undefined, quantity: undefined });
  });

  it('are what is missing from what was billed, also where the effect or the usage is gone', () => {
    const billed = [
      { usageMonth: SEPTEMBER, meter: 'cpu_hours', amountExact: -4n * ONE },
      { usageMonth: AUGUST, meter: 'cpu_hours', amountExact: -3n * ONE },
    ];
    expect(amounts(findModelEffects([use('2025-09-01', '6')], billed, () => PRICE))).toEqual([
      [SEPTEMBER, 'cpu_hours', -2n * ONE],
      [AUGUST, 'cpu_hours', 3n * ONE],
    ]);
    expect(findModelEffects([use('2025-09-01', '4')], billed.slice(0, 1), () => PRICE)).toEqual([]);
  });

  it('are not guessed where usage has no price', () => {
    expect(() => findModelEffects([use('2025-09-01', '6')], [], () => undefined)).toThrow(
      'cpu_hours has no price on 2025-09-01, though usage of it is counted',
    );
  });
});

it('only meters with more than a list price can have one, of any card and of the account itself', () => {
  const rate = (meter: string, validFrom: string, includedQuantity: bigint): Rate => ({
    ...TERMS,
    includedQuantity,
    id: `${meter} ${validFrom}`,
    rateCardId: 'card',
    meter,
    validFrom: dayOf(validFrom),
  });
  const snapshot: PricingSnapshot = {
    cards: [],
    rates: [rate('plain', '2025-01-01', 0n), rate('free', '2025-09-20', 1n), rate('free', '2025-08-15', 1n)],
    overrides: ['auth0|a', 'auth0|b'].flatMap((accountOwnerId): PriceOverride[] => {
      const own = { id: accountOwnerId, accountOwnerId, validFrom: SEPTEMBER, validTo: Number.POSITIVE_INFINITY };
      return [
        { ...own, kind: 'price', meter: `own ${accountOwnerId}`, terms: TERMS },
        { ...own, kind: 'discount', meter: 'plain', percent: ONE },
        { ...own, kind: 'card', rateCardId: 'card' },
      ];
    }),
  };
  expect([...findModelledMeters(snapshot, 'auth0|a')]).toEqual([
    ['free', AUGUST],
    ['own auth0|a', SEPTEMBER],
  ]);
});
