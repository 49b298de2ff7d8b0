import { expect, test } from 'vitest';
import { createHistogram } from './histogram.ts';

test('tells percentiles to about one percent, and the longest exactly', () => {
  const histogram = createHistogram();
  for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms);
  for (const share of [0.01, 0.5, 0.95, 0.99])
    expect(Math.abs(histogram.percentile(share) / (share * 1_000) - 1)).toBeLessThan(0.11 * (1 - share) + 0.012);
  expect(histogram.max()).toBe(1_000);
  expect(histogram.percentile(1)).toBe(1_000);
  expect(histogram.count()).toBe(1_000);
});

test('takes what is shorter and longer than its buckets', () => {
  const histogram = createHistogram();
  histogram.add(0);
  histogram.add(1e9);
  expect(histogram.percentile(0.1)).toBe(0.02);
  expect(histogram.max()).toBe(1e9);
});

test('is empty at first and after it was cleared', () => {
  const histogram = createHistogram();
  histogram.add(5);
  histogram.clear();
  expect([histogram.percentile(0.5), histogram.max(), histogram.count()]).toEqual([0, 0, 0]);
});
