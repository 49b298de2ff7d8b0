import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../decimal.ts';
import { parseUsageDay } from '../time.ts';
import { createPricing, type PriceOverride, type PriceTerms, type PricingSnapshot, type Rate } from './pricing.ts';

const dayOf = (text: string): number => parseUsageDay(text) ?? Number.NaN;
const ALWAYS = { validFrom: Number.NEGATIVE_INFINITY, validTo: Number.POSITIVE_INFINITY };
const MAY = { validFrom: dayOf('2026-05-01'), validTo: dayOf('2026-06-01') };

function flat(price: string, priceQuantity = '1'): PriceTerms {
  return {
    price: parseQuantity(price),
    priceQuantity: parseQuantity(priceQuantity),
    model: 'flat',
    tiers: [],
    includedQuantity: 0n,
  };
}

function rate(id: string, validFrom: string, terms: PriceTerms, rateCardId = 'standard', meter = 'cpu_hours'): Rate {
  return { id, rateCardId, meter, validFrom: dayOf(validFrom), ...terms };
}

type Validity = { readonly validFrom: number; readonly validTo: number };

const own = (id: string, price: string, validity: Validity = ALWAYS, meter = 'cpu_hours'): PriceOverride => ({
  id,
  accountOwnerId: 'ada',
  kind: 'price',
  meter,
  terms: flat(price),
  ...validity,
});
const discount = (id: string, percent: string, meter?: string, validity: Validity = ALWAYS): PriceOverride => ({
  id,
  accountOwnerId: 'ada',
  kind: 'discount',
  meter,
  percent: parseQuantity(percent),
  ...validity,
});
const card = (id: string, rateCardId: string, validity: Validity = ALWAYS): PriceOverride => ({
  id,
  accountOwnerId: 'ada',
  kind: 'card',
  rateCardId,
  ...validity,
});

const STANDARD = { id: 'standard', name: 'default', creditUsd: parseQuantity('0.35'), isDefault: true };
const PARTNER = { id: 'partner', name: 'partner', creditUsd: parseQuantity('0.2'), isDefault: false };
const BASE: PricingSnapshot = {
  cards: [PARTNER, STANDARD],
  rates: [
    rate('old', '2026-01-01', flat('0.35')),
    rate('new', '2026-05-15', flat('0.4')),
    rate('storage', '2026-01-01', flat('0.5', '720'), 'standard', 'storage'),
    rate('partner', '2026-01-01', flat('0.2'), 'partner'),
  ],
  overrides: [],
};

/** What an account pays for cpu_hours on 1 May 2026, with overrides in this and in the opposite order. */
function priceWith(overrides: readonly PriceOverride[], { day = '2026-05-01', meter = 'cpu_hours' } = {}) {
  const answers = [overrides, [...overrides].reverse()].map((inOrder) => {
    const found = createPricing({ ...BASE, overrides: inOrder }).priceOf('ada', meter, dayOf(day));
    return found === undefined ? undefined : [found.priceText, found.rateId, found.overrideId];
  });
  expect(answers[1]).toEqual(answers[0]);
  return answers[0];
}

describe('the rate of the card', () => {
  it.each([
    ['2025-12-31', undefined],
    ['2026-01-01', ['0.35', 'old', undefined]],
    ['2026-05-14', ['0.35', 'old', undefined]],
    ['2026-05-15', ['0.4', 'new', undefined]],
    ['2030-01-01', ['0.4', 'new', undefined]],
  ])('is the newest one that is valid on %s', (day, price) => {
    expect(priceWith([], { day })).toEqual(price);
  });

  it('does not depend on the order in which rates come', () => {
    const reversed = createPricing({ ...BASE, rates: [...BASE.rates].reverse() });
    expect(reversed.priceOf('ada', 'cpu_hours', dayOf('2026-06-01'))?.rateId).toBe('new');
  });

  it('is none of a meter without a rate', () => {
    expect(priceWith([], { meter: 'gpu_hours' })).toBeUndefined();
  });

  it('is the same object for the same answer', () => {
    const pricing = createPricing(BASE);
    const [a, b] = ['ada', 'bo'].map((account) => pricing.priceOf(account, 'cpu_hours', dayOf('2026-02-01')));
    expect(a).toBe(b);
  });

  it('comes with its terms and their text', () => {
    expect(createPricing(BASE).priceOf('ada', 'storage', dayOf('2026-02-01'))).toEqual({
      ...flat('0.5', '720'),
      meter: 'storage',
      rateId: 'storage',
      overrideId: undefined,
      priceText: '0.5',
      priceQuantityText: '720',
    });
  });
});

describe('what an account has of its own', () => {
  it('is a price before anything else, and that is not discounted', () => {
    expect(
      priceWith([own('o', '0.3'), discount('d', '50'), discount('m', '10', 'cpu_hours'), card('c', 'partner')]),
    ).toEqual(['0.3', undefined, 'o']);
  });

  it('is a price even of a meter that the card has no rate for', () => {
    expect(priceWith([own('o', '7', ALWAYS, 'gpu_hours')], { meter: 'gpu_hours' })).toEqual(['7', undefined, 'o']);
  });

  it("is the meter's discount before the discount of all meters", () => {
    expect(priceWith([discount('d', '50'), discount('m', '10', 'cpu_hours')])).toEqual(['0.315', 'old', 'm']);
    expect(priceWith([discount('d', '50'), discount('m', '10', 'storage')])).toEqual(['0.175', 'old', 'd']);
  });

  it('is another card, whose rates are discounted too', () => {
    expect(priceWith([card('c', 'partner')])).toEqual(['0.2', 'partner', undefined]);
    expect(priceWith([card('c', 'partner'), discount('d', '25')])).toEqual(['0.15', 'partner', 'd']);
  });

  it('is no price of another meter', () => {
    expect(priceWith([own('o', '7', ALWAYS, 'storage')])).toEqual(['0.35', 'old', undefined]);
  });

  it('is no price where its card has no rate for anything', () => {
    const cards = [...BASE.cards, { ...PARTNER, id: 'empty' }];
    const pricing = createPricing({ ...BASE, cards, overrides: [card('c', 'empty')] });
    expect(pricing.priceOf('ada', 'cpu_hours', dayOf('2026-05-01'))).toBeUndefined();
  });

  it('is no price where its card has no rate, and a discount of nothing is none either', () => {
    expect(priceWith([card('c', 'partner'), discount('d', '25')], { meter: 'storage' })).toBeUndefined();
  });

  it("concerns nobody else's prices", () => {
    const pricing = createPricing({ ...BASE, overrides: [own('o', '0.3'), card('c', 'partner')] });
    expect(pricing.priceOf('bo', 'cpu_hours', dayOf('2026-05-01'))?.priceText).toBe('0.35');
    expect(pricing.cardOf('bo', dayOf('2026-05-01'))).toBe(STANDARD);
    expect([pricing.hasOverrides('ada'), pricing.hasOverrides('bo')]).toEqual([true, false]);
  });

  it.each([
    ['own price', own('x', '0.1', MAY), '0.1'],
    ['discount', discount('x', '20', 'cpu_hours', MAY), '0.28'],
    ['discount of all', discount('x', '20', undefined, MAY), '0.28'],
    ['card', card('x', 'partner', MAY), '0.2'],
  ])('begins on its first day and ends before its last: %s', (_kind, override, price) => {
    const priceOn = (day: string) => priceWith([override], { day })?.[0];
    expect([priceOn('2026-04-30'), priceOn('2026-05-01'), priceOn('2026-05-14')]).toEqual(['0.35', price, price]);
    expect(priceOn('2026-06-01')).toBe('0.4');
  });

  it('is followed by the next one on the same day', () => {
    const june = { validFrom: MAY.validTo, validTo: Number.POSITIVE_INFINITY };
    const overrides = [own('may', '0.1', MAY), own('june', '0.2', june)];
    expect([priceWith(overrides, { day: '2026-05-31' }), priceWith(overrides, { day: '2026-06-01' })]).toEqual([
      ['0.1', undefined, 'may'],
      ['0.2', undefined, 'june'],
    ]);
  });

  it("has a card with credits of that card's worth, while it lasts", () => {
    const pricing = createPricing({ ...BASE, overrides: [card('c', 'partner', MAY)] });
    const cards = ['2026-04-30', '2026-05-01', '2026-05-31', '2026-06-01'].map((day) =>
      pricing.cardOf('ada', dayOf(day)),
    );
    expect(cards).toEqual([STANDARD, PARTNER, PARTNER, STANDARD]);
  });
});

describe('a discounted price', () => {
  it.each([
    // Half of 10⁻¹² is rounded away from zero, less than half is gone.
    ['0.000000000001', '50', '0.000000000001'],
    ['0.000000000001', '50.0001', '0'],
    ['0.000000000003', '50', '0.000000000002'],
    ['0.35', '33.3333', '0.23333345'],
    ['0.333333333333', '10', '0.3'],
    ['0.35', '100', '0'],
    ['0.35', '0.0001', '0.34999965'],
  ])('is %s less %s %% rounded to 12 decimals', (price, percent, expected) => {
    const pricing = createPricing({
      ...BASE,
      rates: [rate('r', '2026-01-01', flat(price))],
      overrides: [discount('d', percent)],
    });
    expect(pricing.priceOf('ada', 'cpu_hours', dayOf('2026-05-01'))?.priceText).toBe(expected);
  });

  it('is discounted in every tier; what is included and where tiers end stays', () => {
    const tiers = [
      { upTo: parseQuantity('10'), price: parseQuantity('2') },
      { upTo: undefined, price: parseQuantity('1') },
    ];
    const terms = { ...flat('2', '5'), model: 'graduated', tiers, includedQuantity: parseQuantity('3') } as const;
    const pricing = createPricing({
      ...BASE,
      rates: [rate('r', '2026-01-01', terms)],
      overrides: [discount('d', '25')],
    });
    expect(pricing.priceOf('ada', 'cpu_hours', dayOf('2026-05-01'))).toMatchObject({
      price: parseQuantity('1.5'),
      priceQuantity: parseQuantity('5'),
      model: 'graduated',
      tiers: [
        { upTo: parseQuantity('10'), price: parseQuantity('1.5') },
        { upTo: undefined, price: parseQuantity('0.75') },
      ],
      includedQuantity: parseQuantity('3'),
    });
  });
});

describe('prices that cannot be', () => {
  it('are refused without a default card', () => {
    expect(() => createPricing({ ...BASE, cards: [PARTNER] })).toThrow('no rate card is the default');
  });

  it('are never guessed for a card that there is not', () => {
    const pricing = createPricing({ ...BASE, overrides: [card('c', 'unknown')] });
    expect(() => pricing.priceOf('ada', 'cpu_hours', dayOf('2026-05-01'))).toThrow('there is no rate card unknown');
  });
});
