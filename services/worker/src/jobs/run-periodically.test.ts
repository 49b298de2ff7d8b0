import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Watch } from '../attempts/watch.ts';
import { runPeriodically } from './run-periodically.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn() }));

/** The waits that were begun; each ends when told, or fails when its signal is aborted, as the real one. */
const waits: { readonly ms: number; readonly end: () => void }[] = [];
let running: Watch | undefined;

beforeEach(() => {
  waits.length = 0;
  vi.mocked(delay).mockImplementation(
    (ms = 0, _value, options) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(options?.signal?.reason);
        if (options?.signal?.aborted) abort();
        options?.signal?.addEventListener('abort', abort, { once: true });
        waits.push({ ms, end: () => resolve(undefined as never) });
      }),
  );
});
afterEach(() => running?.close());

const start = (round: (signal: AbortSignal) => Promise<void>, onError: (error: unknown) => void) =>
  runPeriodically({ name: 'test', everyMs: 3_600_000, firstWithinMs: 300_000, round }, onError);

const failOn = (error: unknown): never => expect.fail(String(error));

const waitForWaits = (count: number) =>
  vi.waitFor(() => expect(waits).toHaveLength(count), { interval: 1, timeout: 30_000 });

it('runs the first round within its time and then one every period', async () => {
  const round = vi.fn(async () => undefined);
  running = start(round, failOn);
  await waitForWaits(1);
  expect(waits[0]?.ms).toBeLessThanOrEqual(300_000);
  expect(round).not.toHaveBeenCalled();
  for (let i = 1; i <= 3; i++) {
    waits[i - 1]?.end();
    await waitForWaits(i + 1);
    expect(round).toHaveBeenCalledTimes(i);
    expect(waits[i]?.ms).toBe(3_600_000);
  }
});

it('tells a round that failed and comes again', async () => {
  const errors: unknown[] = [];
  const round = vi.fn(async () => Promise.reject(new Error('away')));
  running = start(round, (error) => errors.push(error));
  await waitForWaits(1);
  waits[0]?.end();
  await waitForWaits(2);
  waits[1]?.end();
  await waitForWaits(3);
  expect(errors).toEqual([new Error('away'), new Error('away')]);
});

it('closes at once between rounds, without an error', async () => {
  const errors: unknown[] = [];
  running = start(
    async () => undefined,
    (error) => errors.push(error),
  );
  await waitForWaits(1);
  await running.close();
  expect(errors).toEqual([]);
});

it('aborts the round that runs and waits for its end', async () => {
  const steps: string[] = [];
  let endRound: (() => void) | undefined;
  running = start(async (signal) => {
    signal.addEventListener('abort', () => steps.push('aborted'));
    await new Promise<void>((resolve) => {
      endRound = resolve;
    });
    steps.push('round ended');
  }, failOn);
  await waitForWaits(1);
  waits[0]?.end();
  await vi.waitFor(() => expect(endRound).toBeDefined(), { interval: 1, timeout: 30_000 });
  const closed = running.close().then(() => steps.push('closed'));
  endRound?.();
  await closed;
  expect(steps).toEqual(['aborted', 'round ended', 'closed']);
  expect(waits).toHaveLength(1);
});
