import { parseQuantity } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { creditsSchema, exactSchema, formatCents, formatCredits, formatExact, moneySchema } from './amounts.ts';

it.each([
  [0n, '0.00'],
  [5n, '0.05'],
  [-5n, '-0.05'],
  [1234n, '12.34'],
  [-1234n, '-12.34'],
  [10n ** 30n, `1${'0'.repeat(28)}.00`],
])('writes %s cents', (cents, text) => {
  expect(formatCents(cents)).toBe(text);
  expect(moneySchema.parse(text)).toBe(text);
});

it.each([
  [0n, '0.0000'],
  [1n, '0.0001'],
  [-352_457n, '-35.2457'],
])('writes %s as credits', (credits, text) => {
  expect(formatCredits(credits)).toBe(text);
  expect(creditsSchema.parse(text)).toBe(text);
});

it.each([
  ['0', '0.000000000000'],
  ['1.5', '1.500000000000'],
  ['-0.000000000001', '-0.000000000001'],
  ['99999999999999999999999999', '99999999999999999999999999.000000000000'],
])('writes %s with all decimals', (exact, text) => {
  expect(formatExact(parseQuantity(exact))).toBe(text);
  expect(exactSchema.parse(text)).toBe(text);
});
