import { describe, expect, it } from 'vitest';
import { formatCount, formatElapsed, formatMoney } from './format-number.ts';

describe('formatCount', () => {
  it('separates thousands', () => {
    expect([0, 999, 1_000, 141_665, 12_345_678n].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '141,665',
      '12,345,678',
    ]);
  });
});

describe('formatMoney', () => {
  it('writes two decimals and separates thousands, to any size', () => {
    expect(['0.00', '7', '1234.5', '-1234567.89', '98765432109876543210.12'].map(formatMoney)).toEqual([
      '0.00',
      '7.00',
      '1,234.50',
      '-1,234,567.89',
      '98,765,432,109,876,543,210.12',
    ]);
  });

  it('never rounds: more decimals are an error', () => {
    for (const text of ['1.005', 'NaN', '', '1e3', '1,000.00']) expect(() => formatMoney(text)).toThrow(RangeError);
  });
});

describe('formatElapsed', () => {
  it('writes seconds, and minutes from one on', () => {
    expect([0, 850, 59_940, 59_960, 75_000, 3_600_000].map(formatElapsed)).toEqual([
      '0.0 s',
      '0.8 s',
      '59.9 s',
      '1 min 0 s',
      '1 min 15 s',
      '60 min 0 s',
    ]);
  });
});
