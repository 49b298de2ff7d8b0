import { ONE } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { focusUnit } from './focus-unit.ts';

it.each([
  ['core-hour', ONE, 'Core-Hours'],
  ['GPU-hour', ONE, 'GPU-Hours'],
  ['GB-hour', 720n * ONE, '720 GiB-Hours'],
  ['GB', ONE, 'GiB'],
  ['call', 1_000n * ONE, '1000 Calls'],
  ['tokens', ONE, 'Tokens'],
])('writes %s for %s as FOCUS does', (unit, quantity, expected) => {
  expect(focusUnit(unit, quantity)).toBe(expected);
});
