import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../decimal.ts';
import { allocateCredits, roundToCredits } from './credits.ts';

describe('credits', () => {
  it.each([
    ['0', '0.35', 0n],
    ['0.35', '0.35', 10_000n],
    ['12.336', '0.35', 352_457n],
    ['-12.336', '0.35', -352_457n],
    // 0.00005 credits: half of the last decimal goes away from zero.
    ['0.00005', '1', 1n],
    ['-0.00005', '1', -1n],
    ['0.000049999999', '1', 0n],
    // Exactly half of the last decimal, and hardly less.
    ['0.000000000001', '0.00000002', 1n],
    ['0.000000000001', '0.000000020001', 0n],
  ])('are %s USD at %s USD each, rounded once', (usd, creditUsd, credits) => {
    expect(roundToCredits(parseQuantity(usd), parseQuantity(creditUsd))).toBe(credits);
  });

  it('of the parts add up to those of the whole, each less than the last decimal away', () => {
    const exact = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    const creditUsd = fc.bigInt({ min: 1n, max: 10n ** 13n });
    fc.assert(
      fc.property(fc.array(exact, { maxLength: 30 }), creditUsd, (exacts, worth) => {
        const parts = exacts.map((each, place) => ({ key: `${place % 7}`, exact: each }));
        const { total, shares } = allocateCredits(parts, worth);
        expect(total).toBe(
          roundToCredits(
            exacts.reduce((sum, each) => sum + each, 0n),
            worth,
          ),
        );
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total);
        shares.forEach((share, place) => {
          const difference = share * worth - (exacts[place] ?? 0n) * 10_000n;
          expect(difference < worth && difference > -worth).toBe(true);
        });
      }),
    );
  });
});
