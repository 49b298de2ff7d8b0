import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, ONE, parseQuantity } from '../decimal.ts';
import { ONE_EXACT, toExactUnits } from '../exact-quantity.ts';
import { hasModelEffect } from './model-cost.ts';
import { modelEffect, type PricedDay } from './model-effect.ts';
import type { EffectivePrice, PriceModel, Tier } from './pricing.ts';

/** Terms in decimal texts; tiers as [end, price], the last one's end is null. */
type Terms = {
  readonly model: PriceModel;
  readonly price?: string;
  readonly per?: string;
  readonly included?: string;
  readonly tiers?: readonly (readonly [upTo: string | null, price: string])[];
};

function priceOf({ model, price, per = '1', included = '0', tiers = [] }: Terms): EffectivePrice {
  const read = tiers.map(
    ([upTo, each]): Tier => ({ upTo: upTo === null ? undefined : parseQuantity(upTo), price: parseQuantity(each) }),
  );
  const listPrice = read[0]?.price ?? parseQuantity(price ?? '0');
  return {
    model,
    price: listPrice,
    priceQuantity: parseQuantity(per),
    tiers: read,
    includedQuantity: parseQuantity(included),
    meter: 'm',
    rateId: 'r',
    overrideId: undefined,
    priceText: formatQuantity(listPrice),
    priceQuantityText: per,
  };
}

/** A day's usage that cost nothing at the list price: then the effect is the model's cost. */
const used = (day: number, quantity: string, price: EffectivePrice, cost = '0'): PricedDay => ({
  day,
  quantity: toExactUnits(quantity),
  cost: parseQuantity(cost),
  price,
});
const costOf = (...days: PricedDay[]): string => formatQuantity(modelEffect(days));

const GRADUATED = priceOf({
  model: 'graduated',
  tiers: [
    ['10', '3'],
    ['100', '2'],
    [null, '1'],
  ],
});
const VOLUME = priceOf({
  model: 'volume',
  tiers: [
    ['10', '3'],
    ['100', '2'],
    [null, '1'],
  ],
});
const PACKAGE = priceOf({ model: 'package', price: '5', per: '100' });
const FREE_UNITS = priceOf({ model: 'flat', price: '3', included: '10' });

describe('a month', () => {
  it.each([
    [
      'graduated',
      GRADUATED,
      [
        ['0', '0'],
        ['10', '30'],
        ['10.5', '31'],
        ['100', '210'],
        ['101', '211'],
      ],
    ],
    [
      'volume',
      VOLUME,
      [
        ['0', '0'],
        ['10', '30'],
        ['10.5', '21'],
        ['100', '200'],
        ['101', '101'],
      ],
    ],
    [
      'package',
      PACKAGE,
      [
        ['0', '0'],
        ['0.000000000001', '5'],
        ['100', '5'],
        ['100.000000000001', '10'],
        ['250', '15'],
      ],
    ],
    [
      'included units',
      FREE_UNITS,
      [
        ['0', '0'],
        ['9', '0'],
        ['10', '0'],
        ['11', '3'],
      ],
    ],
  ] as const)('of %s terms costs what the model says', (_model, price, examples) => {
    for (const [quantity, cost] of examples)
      expect([quantity, costOf(used(1, quantity, price))]).toEqual([quantity, cost]);
  });

  it.each([
    [
      'graduated',
      {
        tiers: [
          ['10', '3'],
          [null, '1'],
        ],
      },
      '30',
      '40',
    ],
    [
      'volume',
      {
        tiers: [
          ['10', '3'],
          [null, '1'],
        ],
      },
      '30',
      '20',
    ],
    ['package', { price: '5', per: '10' }, '31', '15'],
  ] as const)('counts %s terms after the included units', (model, terms, quantity, cost) => {
    expect(costOf(used(1, quantity, priceOf({ model, included: '10', ...terms })))).toBe(cost);
  });

  it('has the difference to the list cost as its effect', () => {
    expect(costOf(used(1, '20', GRADUATED, '60'))).toBe('-10');
    expect(costOf(used(1, '50', PACKAGE, '2.5'))).toBe('2.5');
    expect(costOf(used(1, '10', GRADUATED, '30'))).toBe('0');
    expect(costOf()).toBe('0');
  });

  it('is rounded once, half away from zero', () => {
    const thirds = priceOf({
      model: 'graduated',
      per: '3',
      tiers: [
        ['1', '1'],
        [null, '2'],
      ],
    });
    // 1/3 and 2/3, each of three times: rounded one by one it would be less.
    expect(costOf(used(1, '1', thirds), used(2, '1', thirds))).toBe('1');
    const halves = priceOf({ model: 'graduated', per: '2', tiers: [[null, '1']] });
    expect(costOf(used(1, '0.000000000001', halves))).toBe('0.000000000001');
    expect(costOf(used(1, '0.000000000001', halves), used(2, '0.000000000001', halves))).toBe('0.000000000001');
  });

  it('has no effect at list prices, whatever its rows were rounded to', () => {
    const plain = priceOf({ model: 'flat', price: '1', per: '3' });
    expect(costOf(used(1, '1', plain, '0.333333333333'), used(2, '1', plain, '0.333333333333'))).toBe('0');
    expect([plain, GRADUATED, VOLUME, PACKAGE, FREE_UNITS].map(hasModelEffect)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('terms that change in mid-month', () => {
  const dearer = priceOf({
    model: 'graduated',
    tiers: [
      ['10', '6'],
      ['100', '4'],
      [null, '2'],
    ],
  });

  it('go on from where the month stands', () => {
    // 8 at 3; then 2 at 6 and 5 at 4.
    expect(costOf(used(1, '8', GRADUATED), used(15, '7', dearer))).toBe('56');
  });

  it('bill volume segments at the tier of the whole month, each at its own prices', () => {
    const dearerVolume = priceOf({
      model: 'volume',
      tiers: [
        ['10', '6'],
        [null, '4'],
      ],
    });
    expect(costOf(used(1, '8', VOLUME), used(15, '7', dearerVolume))).toBe('44');
  });

  it('never give what is included twice', () => {
    const fewer = priceOf({ model: 'flat', price: '3', included: '5' });
    const more = priceOf({ model: 'flat', price: '3', included: '15' });
    expect(costOf(used(1, '10', FREE_UNITS), used(2, '10', fewer))).toBe('30');
    expect(costOf(used(1, '10', FREE_UNITS), used(2, '10', more))).toBe('15');
  });

  it('bill a begun package once', () => {
    const dearerPackage = priceOf({ model: 'package', price: '7', per: '100' });
    expect(costOf(used(1, '150', PACKAGE), used(2, '40', dearerPackage))).toBe('10');
    expect(costOf(used(1, '150', PACKAGE), used(2, '60', dearerPackage))).toBe('17');
  });

  it('can come from a plain list price and go back to it', () => {
    const plain = priceOf({ model: 'flat', price: '3' });
    const month = [used(1, '8', plain, '24'), used(2, '4', GRADUATED, '12'), used(3, '5', plain, '15')];
    expect(costOf(...month)).toBe('-2');
  });
});

describe('usage that is taken back', () => {
  it('counts with its day, in whatever order it comes', () => {
    const month = [used(1, '20', GRADUATED), used(1, '-15', GRADUATED), used(3, '10', GRADUATED)];
    expect(costOf(...month)).toBe('40');
    expect(costOf(...month.reverse())).toBe('40');
  });

  it('costs nothing below zero', () => {
    expect(costOf(used(1, '-5', GRADUATED), used(2, '7', GRADUATED))).toBe('6');
    expect(costOf(used(1, '-5', GRADUATED))).toBe('0');
    expect(costOf(used(1, '5', VOLUME), used(2, '-5', VOLUME))).toBe('0');
  });
});

it('refuses tiers that end', () => {
  for (const model of ['graduated', 'volume'] as const) {
    const price = priceOf({ model, tiers: [['10', '3']] });
    expect(() => modelEffect([used(1, '11', price)])).toThrow('the tiers end');
  }
});

/** Everything in whole steps; the oracle walks them one by one. */
type StepTerms = {
  readonly model: PriceModel;
  readonly price: bigint;
  readonly per: number;
  readonly included: number;
  readonly ends: readonly number[];
  readonly prices: readonly bigint[];
};
type StepDay = { readonly day: number; readonly steps: number; readonly terms: StepTerms };

/**
 * What a month costs, as numerator over `denominator`: each step is billed by itself, under the terms of its day. A
 * simpler way to say the same: no positions, no differences, nothing shared with the code.
 */
function walk(days: readonly StepDay[], denominator: bigint): bigint {
  const whole = days.reduce((sum, { steps }) => sum + steps, 0);
  let numerator = 0n;
  let place = 0;
  for (const { steps, terms } of [...days].sort((a, b) => a.day - b.day))
    for (let step = 0; step < steps; step++) {
      place++;
      const paidPlace = place - terms.included;
      if (paidPlace < 1) continue;
      const tierAt = (at: number): number => {
        const found = terms.ends.findIndex((end) => at <= end);
        return found === -1 ? terms.ends.length : found;
      };
      const share = denominator / BigInt(terms.per);
      if (terms.model === 'flat') numerator += terms.price * share;
      else if (terms.model === 'package')
        numerator += (paidPlace - 1) % terms.per === 0 ? terms.price * denominator : 0n;
      else
        numerator +=
          (terms.prices[tierAt(terms.model === 'volume' ? whole - terms.included : paidPlace)] ?? 0n) * share;
    }
  return numerator;
}

const stepTerms: fc.Arbitrary<StepTerms> = fc
  .record({
    model: fc.constantFrom<PriceModel>('flat', 'graduated', 'volume', 'package'),
    price: fc.bigInt({ min: 0n, max: 10n ** 13n }),
    per: fc.constantFrom(1, 2, 3, 7, 10),
    included: fc.constantFrom(0, 0, 1, 5, 20),
    ends: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
    prices: fc.array(fc.bigInt({ min: 0n, max: 10n ** 13n }), { minLength: 5, maxLength: 5 }),
  })
  .map((terms) => ({ ...terms, ends: [...terms.ends].sort((a, b) => a - b) }));

/** Up to six versions of terms, each in force for some days of the month. */
const stepMonth: fc.Arbitrary<StepDay[]> = fc
  .record({
    versions: fc.array(stepTerms, { minLength: 1, maxLength: 6 }),
    days: fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 12 })), { maxLength: 20 }),
  })
  .map(({ versions, days }) =>
    days.flatMap(([day, steps]) => {
      const terms = versions[Math.floor(((day - 1) * versions.length) / 30)];
      return terms === undefined ? [] : [{ day, steps, terms }];
    }),
  );

/** The quantities that a step can stand for. */
const stepSizes = fc.constantFrom(1n, 7n, ONE / 8n, 333_333_333_333n, ONE, 10n ** 6n * ONE);

function toPricedDays(days: readonly StepDay[], size: bigint): PricedDay[] {
  return days.map(({ day, steps, terms }) => {
    const isTiered = terms.model === 'graduated' || terms.model === 'volume';
    const price = isTiered ? (terms.prices[0] ?? 0n) : terms.price;
    const tiers = [...terms.ends.map((end) => BigInt(end) * size), undefined].map((upTo, place) => ({
      upTo,
      price: terms.prices[place] ?? 0n,
    }));
    return {
      day,
      quantity: (BigInt(steps) * size * ONE_EXACT) / ONE,
      cost: 0n,
      price: {
        ...priceOf({ model: terms.model }),
        price,
        priceQuantity: BigInt(terms.per) * size,
        tiers: isTiered ? tiers : [],
        includedQuantity: BigInt(terms.included) * size,
      },
    };
  });
}

/** A price model that has an effect is in force on a day after the month, so that plain months cost something too. */
const NEXT = { day: 99, quantity: 0n, cost: 0n, price: FREE_UNITS };
const monthCostOf = (days: readonly PricedDay[]): bigint => modelEffect([...days, NEXT]);

describe('for any month', () => {
  it('each unit costs what a walk over all of them finds', () => {
    fc.assert(
      fc.property(stepMonth, stepSizes, (days, size) => {
        const denominator = 210n;
        const numerator = walk(days, denominator);
        expect(monthCostOf(toPricedDays(days, size))).toBe((2n * numerator + denominator) / (2n * denominator));
      }),
      { numRuns: 3_000 },
    );
  });

  it('the effect is the same however usage is split over members, projects and clusters, in any order', () => {
    fc.assert(
      fc.property(stepMonth, stepSizes, fc.infiniteStream(fc.bigInt({ min: 0n, max: 97n })), (days, size, noise) => {
        const whole = toPricedDays(days, size);
        const parts = whole.flatMap((entry) => {
          const first = (entry.quantity * noise.next().value) / 97n;
          const reversed = entry.quantity * (noise.next().value % 3n);
          return [first, entry.quantity - first, reversed, -reversed].map((quantity) => ({ ...entry, quantity }));
        });
        const shuffled = parts
          .map((part) => ({ part, at: noise.next().value }))
          .sort((a, b) => Number(a.at - b.at))
          .map(({ part }) => part);
        expect(monthCostOf(shuffled)).toBe(monthCostOf(whole));
      }),
    );
  });

  it('the list cost of the rows only moves what is called effect', () => {
    fc.assert(
      fc.property(stepMonth, fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (days, cost) => {
        const month = [...toPricedDays(days, ONE), NEXT];
        const [first, ...others] = month;
        if (first === undefined) return;
        expect(modelEffect([{ ...first, cost }, ...others]) + cost).toBe(modelEffect(month));
      }),
    );
  });

  it('more usage never costs less, but for volume terms', () => {
    fc.assert(
      fc.property(stepMonth, fc.nat({ max: 19 }), fc.integer({ min: 1, max: 9 }), (days, at, more) => {
        const grown = days.map((entry, place) => (place === at ? { ...entry, steps: entry.steps + more } : entry));
        if (days.some(({ terms }) => terms.model === 'volume')) return;
        // Under one version: a change of terms may make later units cheaper than those they displace.
        if (new Set(days.map(({ terms }) => terms)).size > 1) return;
        expect(monthCostOf(toPricedDays(grown, ONE)) >= monthCostOf(toPricedDays(days, ONE))).toBe(true);
      }),
    );
  });
});
