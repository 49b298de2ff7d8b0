import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { backOff } from './backoff.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn(async () => undefined) }));

const { signal } = new AbortController();
const waits = () => vi.mocked(delay).mock.calls.map(([ms]) => ms ?? Number.NaN);

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(delay).mockClear();
});

it('doubles from 40 ms to 5 s and no further', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  for (const attempt of [1, 2, 3, 7, 8, 9, 1_000_000]) await backOff(attempt, signal);
  expect(waits()).toEqual([40, 80, 160, 2_560, 5_000, 5_000, 5_000]);
});

it('spreads attempts over the whole wait, so that workers do not move in step', async () => {
  for (let i = 0; i < 200; i++) await backOff(10, signal);
  expect(Math.min(...waits())).toBeLessThan(1_000);
  expect(Math.max(...waits())).toBeGreaterThan(4_000);
  expect(Math.max(...waits())).toBeLessThanOrEqual(5_000);
});

it('ends with the signal', async () => {
  await backOff(1, signal);
  expect(vi.mocked(delay).mock.calls[0]?.[2]).toEqual({ signal });
});
