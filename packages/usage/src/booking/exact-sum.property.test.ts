import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatExactUnits, toExactUnits } from '../exact-quantity.ts';
import { ExactSum } from './exact-sum.ts';

const LARGEST = 10n ** 58n - 1n;

const quantities = fc
  .oneof(
    fc.bigInt({ min: -LARGEST, max: LARGEST }),
    fc.bigInt({ min: 0n, max: 10n ** 43n }),
    // With zeros at the end of the decimals, as most are.
    fc.tuple(fc.nat(99_999), fc.nat(32)).map(([units, zeros]) => BigInt(units) * 10n ** BigInt(zeros)),
  )
  .map(formatExactUnits);

const sumOf = (all: readonly string[]): ExactSum => {
  const sum = new ExactSum();
  for (const quantity of all) sum.add(quantity);
  return sum;
};

it('adds up to the last digit what whole numbers of 10⁻³² add up to', () => {
  fc.assert(
    fc.property(fc.array(quantities, { maxLength: 40 }), (all) => {
      const total = all.reduce((units, quantity) => units + toExactUnits(quantity), 0n);
      const sum = sumOf(all);
      expect(sum.total()).toBe(total);
      expect(sum.total()).toBe(total);
    }),
    { numRuns: 1_000 },
  );
});

it('stays exact when more is added than plain numbers hold', () => {
  const widest = `${'9'.repeat(11)}.${'9'.repeat(32)}`;
  expect(sumOf(Array.from({ length: 120_000 }, () => widest)).total()).toBe(120_000n * toExactUnits(widest));
});
