import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideHalfAway, divideHalfEven, formatQuantity, parseDecimal, parseQuantity } from './decimal.ts';

/** What an exact decimal is worth, as text of our own making: digits, then the power of ten. */
function textOf(value: number | string): string | undefined {
  const decimal = parseDecimal(value);
  return decimal === undefined ? undefined : `${decimal.digits}e${-decimal.scale}`;
}

const quantities = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });

describe('reading decimals', () => {
  it.each([
    [0, '0e0'],
    [-0, '0e0'],
    [0.1, '1e-1'],
    [0.1 + 0.2, '30000000000000004e-17'],
    [1.5, '15e-1'],
    [1e21, '1e21'],
    [1.25e21, '125e19'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '17976931348623157e292'],
    ['007.50', '750e-2'],
    ['1E+3', '1e3'],
    ['-2.5e-3', '-25e-4'],
    ['0.1000000000000000055511151231257827', '1000000000000000055511151231257827e-34'],
    ['9'.repeat(64), `${'9'.repeat(64)}e0`],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
  ])('takes %s by its shortest form', (value, expected) => {
    expect(textOf(value)).toBe(expected);
  });

  it('never loses a digit of a JSON number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(textOf(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it.each([
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['NaN'],
    ['Infinity'],
    [''],
    [' 1'],
    ['1 '],
    ['1\n'],
    ['+1'],
    ['1.'],
    ['.5'],
    ['1e'],
    ['1e5.5'],
    ['--1'],
    ['0x10'],
    ['1_000'],
    ['1,5'],
    ['١'],
    ['1e401'],
    ['1e-401'],
    ['1e9999'],
    ['9'.repeat(65)],
  ])('refuses %j', (value) => {
    expect(parseDecimal(value)).toBeUndefined();
  });

  it('stays small whatever text comes, so that no exponent can cost work', () => {
    const digit = fc.constantFrom(...'0123456789');
    const digits = fc.string({ unit: digit, maxLength: 80 });
    const exponent = fc.constantFrom('', 'e400', 'e-400', 'e401', 'e999', 'E+99999999');
    fc.assert(
      fc.property(fc.tuple(digits, digits, exponent), ([whole, fraction, power]) => {
        const decimal = parseDecimal(`${whole}.${fraction}${power}`);
        if (decimal === undefined) return;
        expect(decimal.digits < 10n ** 64n).toBe(true);
        expect(Math.abs(decimal.scale)).toBeLessThanOrEqual(464);
      }),
    );
  });
});

describe('rounding', () => {
  it('is never more than half a unit away, and even at a half', () => {
    fc.assert(
      fc.property(quantities, fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
        const rounded = divideHalfEven(numerator, denominator);
        const error = numerator - rounded * denominator;
        const doubled = (error < 0n ? -error : error) * 2n;
        expect(doubled <= denominator).toBe(true);
        if (doubled === denominator) expect(rounded % 2n).toBe(0n);
      }),
    );
  });

  it('goes to the even neighbour from every exact half', () => {
    fc.assert(
      fc.property(quantities, fc.bigInt({ min: 1n, max: 10n ** 20n }), (below, half) => {
        const even = below % 2n === 0n ? below : below + 1n;
        expect(divideHalfEven((2n * below + 1n) * half, 2n * half)).toBe(even);
      }),
    );
  });
});

describe('writing quantities', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000000001'],
    [-1n, '-0.000000000001'],
    [1_500_000_000_000n, '1.5'],
    [-3_000_000_000_000n, '-3'],
    [100_000_000_000_000n, '100'],
    [10n ** 38n, '100000000000000000000000000'],
  ])('writes %s as %s', (quantity, text) => {
    expect(formatQuantity(quantity)).toBe(text);
  });

  it('is read back as the same quantity, from the shortest plain form', () => {
    fc.assert(
      fc.property(quantities, (quantity) => {
        const text = formatQuantity(quantity);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,11}[1-9])?$/);
        expect(parseQuantity(text)).toBe(quantity);
      }),
    );
  });

  it("reads Postgres' NUMERIC with its trailing zeros", () => {
    expect(parseQuantity('1.500000000000')).toBe(1_500_000_000_000n);
    expect(parseQuantity('0.10000000000000000000')).toBe(100_000_000_000n);
    expect(parseQuantity('-0.000000000000')).toBe(0n);
    expect(parseQuantity('12e2')).toBe(1_200_000_000_000_000n);
  });

  it.each([
    ['0.0000000000001', 'more than 12 decimals'],
    ['1.0000000000005', 'more than 12 decimals'],
    ['1e-13', 'more than 12 decimals'],
    ['NaN', 'not a decimal number'],
    ['', 'not a decimal number'],
    ['1e401', 'not a decimal number'],
  ])('throws for %j instead of rounding', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(new RangeError(message));
  });
});

describe('dividing half away from zero', () => {
  it('takes the nearest, and of two that are as near the one farther from zero', () => {
    fc.assert(
      fc.property(quantities, fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
        const rounded = divideHalfAway(numerator, denominator);
        const error = 2n * (rounded * denominator - numerator);
        const distance = error < 0n ? -error : error;
        expect(distance).toBeLessThanOrEqual(denominator);
        if (distance === denominator) expect(error > 0n).toBe(numerator > 0n);
      }),
    );
  });

  it.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [4n, 3n, 1n],
    [-4n, 3n, -1n],
    [0n, 7n, 0n],
  ])('%d ÷ %d is %d', (numerator, denominator, quotient) => {
    expect(divideHalfAway(numerator, denominator)).toBe(quotient);
  });
});
