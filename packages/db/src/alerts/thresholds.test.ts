import { parseQuantity } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { percentOf, thresholdsReached } from './thresholds.ts';

it.each([
  ['79.999999999999', [], 7_999n],
  ['80', [80], 8_000n],
  ['89.999999999999', [80], 8_999n],
  ['90', [80, 90], 9_000n],
  ['99.999999999999', [80, 90], 9_999n],
  ['100', [80, 90, 100], 10_000n],
  ['1000000', [80, 90, 100], 100_000_000n],
  ['0', [], 0n],
  ['-500', [], -50_000n],
])('%s of 100.00 has reached %j', (spent, thresholds, percent) => {
  expect(thresholdsReached(parseQuantity(spent), 100_00n)).toEqual(thresholds);
  expect(percentOf(parseQuantity(spent), 100_00n)).toBe(percent);
});

it('compares a cap of one cent too', () => {
  expect(thresholdsReached(parseQuantity('0.007999999999'), 1n)).toEqual([]);
  expect(thresholdsReached(parseQuantity('0.008'), 1n)).toEqual([80]);
});
