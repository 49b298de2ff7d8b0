import { expect, it } from 'vitest';
import { ATTEMPTS_MAX, retryDelayOf } from './retry-delay.ts';

const HOUR = 3_600_000;

it('doubles, with a fifth of jitter', () => {
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
    const delay = retryDelayOf(attempt, 0.5);
    expect(delay).toBe(40_000 * 2 ** (attempt - 1));
    expect(retryDelayOf(attempt, 0)).toBeCloseTo((delay ?? 0) * 0.8);
    expect(retryDelayOf(attempt, 1)).toBeCloseTo((delay ?? 0) * 1.2);
  }
});

it('reaches over about a day and ends with the twelfth attempt', () => {
  const delays = Array.from({ length: ATTEMPTS_MAX }, (_, i) => retryDelayOf(i + 1, 0.5));
  expect(delays.at(-1)).toBeUndefined();
  const total = delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0);
  expect(total).toBeGreaterThan(22 * HOUR);
  expect(total).toBeLessThan(24 * HOUR);
  expect(retryDelayOf(ATTEMPTS_MAX + 1, 0.5)).toBeUndefined();
});
