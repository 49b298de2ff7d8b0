import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Watch } from '../attempts/watch.ts';
import { startDeferredWatch } from './deferred-watch.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn() }));

let rounds: number;
let changes: unknown[];
let settle: (signal: AbortSignal) => Promise<void>;
let watch: Watch;

beforeEach(() => {
  // Time stands still: a round begins only when the watch is woken or closed.
  vi.mocked(delay).mockImplementation(
    (_ms, _value, options) =>
      new Promise((_resolve, reject) => {
        if (options?.signal?.aborted) reject(options.signal.reason);
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
      }),
  );
  rounds = 0;
  changes = [];
  settle = async () => undefined;
  watch = startDeferredWatch({
    settle: async (signal) => {
      rounds += 1;
      await settle(signal);
    },
    onChange: (failure) => changes.push(failure),
  });
});
afterEach(() => watch.close());

const reach = (count: number) => vi.waitFor(() => expect(rounds).toBe(count), { interval: 1, timeout: 30_000 });

it('settles when it is woken, once for several who wake it at once', async () => {
  watch.wake();
  watch.wake();
  await reach(1);
  watch.wake();
  await reach(2);
});

it('looks by itself when the time has come', async () => {
  vi.mocked(delay).mockResolvedValueOnce(undefined).mockResolvedValueOnce(undefined);
  watch.wake();
  await reach(3);
});

it('goes round once more when it is woken in the middle of a round', async () => {
  let endRound = (): void => undefined;
  settle = () =>
    new Promise((resolve) => {
      endRound = resolve;
    });
  watch.wake();
  await reach(1);
  watch.wake();
  endRound();
  await reach(2);
  endRound();
});

it('tells of the first failure and when it works again, and goes on', async () => {
  const failure = new Error('away');
  settle = () => Promise.reject(failure);
  for (const round of [1, 2]) {
    watch.wake();
    await reach(round);
  }
  settle = async () => undefined;
  watch.wake();
  await reach(3);
  await vi.waitFor(() => expect(changes).toEqual([failure, undefined]), { interval: 1, timeout: 30_000 });
});

it('ends the round in hand when it is closed, and begins no other', async () => {
  let seen: AbortSignal | undefined;
  settle = async (signal) => {
    seen = signal;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  };
  watch.wake();
  await reach(1);
  await watch.close();
  expect(seen?.aborted).toBe(true);
  watch.wake();
  await watch.close();
  expect([rounds, changes]).toEqual([1, []]);
});
