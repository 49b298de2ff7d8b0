import { expect, it } from 'vitest';
import { parseQuantity } from '../decimal.ts';
import { readTerms } from './stored-terms.ts';

it('reads terms of every model as the database keeps them', () => {
  expect(
    readTerms({
      price: '2.000000000000',
      priceQuantity: '720.000000000000',
      model: 'graduated',
      tiers: [
        { upTo: '10.5', price: '2' },
        { upTo: null, price: '0.000000000001' },
      ],
      includedQuantity: '3',
    }),
  ).toEqual({
    price: parseQuantity('2'),
    priceQuantity: parseQuantity('720'),
    model: 'graduated',
    tiers: [
      { upTo: parseQuantity('10.5'), price: parseQuantity('2') },
      { upTo: undefined, price: 1n },
    ],
    includedQuantity: parseQuantity('3'),
  });
  const flat = { price: '0.35', priceQuantity: '1', model: 'flat', tiers: null, includedQuantity: '0' } as const;
  expect(readTerms(flat)).toMatchObject({ model: 'flat', tiers: [], includedQuantity: 0n });
});

it.each(['', 'NaN', '0.0000000000001'])('refuses the number %j instead of guessing', (price) => {
  const terms = { price, priceQuantity: '1', model: 'flat', tiers: null, includedQuantity: '0' } as const;
  expect(() => readTerms(terms)).toThrow(RangeError);
});
