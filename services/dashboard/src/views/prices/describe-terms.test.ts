import { expect, it } from 'vitest';
import { describeTerms } from './describe-terms.ts';
import type { Terms } from './price-schemas.ts';

const FLAT: Terms = { price: '0.35', priceQuantity: '1', model: 'flat', tiers: null, includedQuantity: '0' };
const TIERS = [
  { upTo: '1000', price: '0.35' },
  { upTo: null, price: '0.3' },
];

it.each<[string, Terms, readonly string[]]>([
  ['cpu_hours', FLAT, ['$0.35 per core-hour']],
  [
    'cpu_hours',
    { ...FLAT, includedQuantity: '100' },
    ['$0.35 per core-hour', 'the first 100 core-hours of a month are included'],
  ],
  ['offline_storage_gb_hours', { ...FLAT, priceQuantity: '720' }, ['$0.35 per 720 GB-hours (GB-month)']],
  [
    'cpu_hours',
    { ...FLAT, model: 'graduated', tiers: TIERS },
    ['$0.35 per core-hour up to 1,000 core-hours', '$0.30 per core-hour for all beyond'],
  ],
  [
    'cpu_hours',
    { ...FLAT, model: 'volume', tiers: TIERS },
    [
      '$0.35 per core-hour for all units of a month up to 1,000 core-hours',
      '$0.30 per core-hour for all units of a larger month',
    ],
  ],
  [
    'network_egress_gb',
    { ...FLAT, model: 'package', price: '10', priceQuantity: '100' },
    ['$10.00 per 100 GB, for every package that is begun'],
  ],
  ['model_calls', FLAT, ['$0.35 per unit']],
])('says what %s costs', (meter, terms, texts) => {
  expect(describeTerms(meter, terms)).toEqual(texts);
});
