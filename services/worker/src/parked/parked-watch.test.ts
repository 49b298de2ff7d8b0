import { setTimeout as delay } from 'node:timers/promises';
import type { ParkedWork } from '@hopsmeter/db';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Watch } from '../attempts/watch.ts';
import { startParkedWatch } from './parked-watch.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn() }));

/** Ends the wait that was begun last. */
let endWait: (() => void) | undefined;
let work: ParkedWork;
let retries: string[];
let changes: unknown[];
let retry: (kind: string, version: string) => Promise<void>;
let watch: Watch;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.mocked(delay).mockImplementation(
    (_ms, _value, options) =>
      new Promise((resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
        endWait = () => resolve(undefined as never);
      }),
  );
  work = { directoryVersion: '7', hasDue: false };
  retries = [];
  changes = [];
  retry = async (kind, version) => void retries.push(`${kind} ${version}`);
  watch = startParkedWatch({
    readWork: async () => work,
    retry: (kind, version) => retry(kind, version),
    onChange: (failure) => changes.push(failure),
  });
});
afterEach(async () => {
  await watch.close();
  vi.useRealTimers();
});

/** Lets one wait end and what follows it. */
async function look(): Promise<string[]> {
  retries = [];
  await vi.waitFor(() => expect(endWait).toBeDefined(), { interval: 1, timeout: 30_000 });
  const end = endWait;
  endWait = undefined;
  end?.();
  await vi.waitFor(() => expect(endWait).toBeDefined(), { interval: 1, timeout: 30_000 });
  return retries;
}

it('tries parked events at the start, and then when the directory changed', async () => {
  expect(await look()).toEqual(['changed 7']);
  expect(await look()).toEqual([]);
  work = { directoryVersion: '8', hasDue: false };
  expect(await look()).toEqual(['changed 8']);
  expect(await look()).toEqual([]);
});

it('tries what a person asked for, each time that there is some', async () => {
  await look();
  work = { directoryVersion: '7', hasDue: true };
  expect(await look()).toEqual(['due 7']);
  expect(await look()).toEqual(['due 7']);
});

it('looks again after a minute for what others may have left', async () => {
  await look();
  vi.advanceTimersByTime(59_000);
  expect(await look()).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(await look()).toEqual(['changed 7']);
});

it('comes again after a failure, which it tells once', async () => {
  await look();
  const away = new Error('away');
  retry = async () => Promise.reject(away);
  work = { directoryVersion: '8', hasDue: false };
  await look();
  await look();
  expect(changes).toEqual([away]);
  retry = async (kind, version) => void retries.push(`${kind} ${version}`);
  expect(await look()).toEqual(['changed 8']);
  expect(changes).toEqual([away, undefined]);
});
