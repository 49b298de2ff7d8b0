import { expect, it } from 'vitest';
import { ALL_METERS, changeOf, draftTerms, isComplete, type PriceDraft } from './price-draft.ts';

const DRAFT: PriceDraft = {
  whom: 'card',
  rateCardId: 'default',
  account: 'auth0|ada',
  what: 'price',
  meter: 'cpu_hours',
  model: 'flat',
  price: ' 0.4 ',
  priceQuantity: '',
  tiers: [
    { key: 0, upTo: '100', price: '1' },
    { key: 1, upTo: 'no end', price: '0.5' },
  ],
  includedQuantity: '5',
  percent: '12.5',
  otherCardId: 'partners',
  firstDay: '2026-11-01',
  lastDay: '2026-11-30',
};

it.each<[string, Partial<PriceDraft>, object]>([
  [
    'a rate',
    {},
    {
      kind: 'set_rate',
      rateCardId: 'default',
      meter: 'cpu_hours',
      validFrom: '2026-11-01',
      model: 'flat',
      price: '0.4',
      includedQuantity: '5',
    },
  ],
  [
    'tiers, the last one without an end',
    { model: 'volume' },
    {
      kind: 'set_rate',
      rateCardId: 'default',
      meter: 'cpu_hours',
      validFrom: '2026-11-01',
      model: 'volume',
      tiers: [{ upTo: '100', price: '1' }, { price: '0.5' }],
      includedQuantity: '5',
    },
  ],
  [
    'a discount on all meters, with its last day',
    { whom: 'account', what: 'discount', meter: ALL_METERS },
    {
      kind: 'set_override',
      accountOwnerId: 'auth0|ada',
      validFrom: '2026-11-01',
      validTo: '2026-12-01',
      override: { kind: 'discount', discountPercent: '12.5' },
    },
  ],
  [
    'another card without an end',
    { whom: 'account', what: 'card', lastDay: '' },
    {
      kind: 'set_override',
      accountOwnerId: 'auth0|ada',
      validFrom: '2026-11-01',
      override: { kind: 'card', rateCardId: 'partners' },
    },
  ],
])('asks for %s', (_, more, change) => {
  expect(changeOf({ ...DRAFT, ...more })).toEqual(change);
});

it('needs what its kind needs', () => {
  expect(isComplete(DRAFT)).toBe(true);
  for (const missing of [{ meter: '' }, { price: ' ' }, { firstDay: '' }])
    expect(isComplete({ ...DRAFT, ...missing })).toBe(false);
  expect(isComplete({ ...DRAFT, model: 'graduated', price: '' })).toBe(true);
  expect(isComplete({ ...DRAFT, whom: 'account', account: '' })).toBe(false);
  expect(isComplete({ ...DRAFT, whom: 'account', what: 'discount', meter: ALL_METERS, price: '' })).toBe(true);
});

it('goes on from terms as they are kept', () => {
  const tiers = [
    { upTo: '100', price: '1' },
    { upTo: null, price: '0.5' },
  ];
  const terms = { price: '1', priceQuantity: '1', model: 'graduated', tiers, includedQuantity: '0' } as const;
  expect(changeOf({ ...DRAFT, ...draftTerms(terms) })).toMatchObject({
    model: 'graduated',
    tiers: [{ upTo: '100', price: '1' }, { price: '0.5' }],
  });
  expect(draftTerms({ ...terms, model: 'flat', tiers: null }).tiers).toHaveLength(1);
});
