import { describe, expect, it } from 'vitest';
import { formatDecimal, isDecimal, parseDecimal, perMille, sumDecimals, toGeometry } from './decimal.ts';

describe('decimals', () => {
  it.each(['0', '1', '-1', '0.000000000001', '-12.345', '99999999999999999999.999999999999'])(
    '%s stays what it is',
    (text) => {
      expect(formatDecimal(parseDecimal(text))).toBe(text);
    },
  );

  it('are added up where numbers would lose digits', () => {
    expect(sumDecimals(['0.1', '0.2'])).toBe('0.3');
    expect(sumDecimals(['9007199254740993.000000000001', '-0.000000000001'])).toBe('9007199254740993');
    expect(sumDecimals([])).toBe('0');
  });

  it.each(['', 'x', '1e5', '1,000', ' 1', 'NaN', '--1', '.5', '5.'])('%j is none', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(() => parseDecimal(text)).toThrow(RangeError);
    expect(toGeometry(text)).toBe(0);
  });

  it('have a share only of something', () => {
    expect(perMille(1n, 3n)).toBe(333);
    expect(perMille(-1n, 3n)).toBe(-333);
    expect(perMille(2n, 3n)).toBe(667);
    expect(perMille(-2n, 3n)).toBe(-667);
    expect(perMille(10_689n, 10_000n)).toBe(1_069);
    expect(perMille(1n, 2_000n)).toBe(1);
    expect(perMille(1n, -2_000n)).toBe(-1);
    expect(perMille(0n, 7n)).toBe(0);
    expect(perMille(1n, 0n)).toBeUndefined();
  });
});
