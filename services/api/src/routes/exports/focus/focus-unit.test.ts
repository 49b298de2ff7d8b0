import { ONE } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { consumedUnit, pricingUnit } from './focus-unit.ts';

it.each([
  ['core-hour', ONE, 'Core-Hours'],
  ['GPU-hour', ONE, 'GPU-Hours'],
  ['GB-hour', 720n * ONE, 'GiB-Months'],
  ['core-hour', 24n * ONE, 'Core-Days'],
  ['core-hour', 1_000n * ONE, '1000 Core-Hours'],
  ['GB', 720n * ONE, '720 GiB'],
  ['GB', ONE, 'GiB'],
  ['call', 1_000n * ONE, '1000 Calls'],
  ['tokens', ONE, 'Tokens'],
])('writes %s for %s as FOCUS does', (unit, quantity, expected) => {
  expect(pricingUnit(unit, quantity)).toBe(expected);
  expect(consumedUnit(unit)).toBe(pricingUnit(unit, ONE));
});
