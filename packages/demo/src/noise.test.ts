import { expect, it } from 'vitest';
import { noise } from './noise.ts';

it('gives the same number for the same place and others for its neighbours', () => {
  expect(noise(1, 2, 3)).toBe(noise(1, 2, 3));
  expect(new Set([noise(1, 2, 3), noise(1, 2, 4), noise(1, 3, 2), noise(2, 1, 3), noise(1, 2)]).size).toBe(5);
});

it('is spread evenly over [0, 1)', () => {
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) {
    const tenth = Math.floor(10 * noise(7, index));
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(900);
  expect(Math.max(...counts)).toBeLessThan(1_100);
});
