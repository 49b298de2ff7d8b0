import type { QueueStatus } from '@hopsmeter/queue';
import { createLogger } from '@hopsmeter/runtime';
import { IDLE } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AdmissionGate, createAdmissionGate } from './admission-gate.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
let gate: AdmissionGate | undefined;
let readStatus: () => Promise<QueueStatus>;

async function start(status: Partial<QueueStatus> = {}): Promise<AdmissionGate> {
  readStatus = async () => ({ ...IDLE, ...status });
  gate = createAdmissionGate({ readStatus: () => readStatus(), logger, backlogAgeMaxMs: 10_000 });
  await vi.advanceTimersByTimeAsync(1);
  return gate;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  gate?.close();
  vi.useRealTimers();
});

const backpressure = expect.objectContaining({ code: 'BACKPRESSURE' });

it('is closed until it knows the queue', () => {
  gate = createAdmissionGate({ readStatus: () => new Promise(() => undefined), logger });
  expect(gate.closedReason()).toBe('unknown');
  expect(() => gate?.admit('a')).toThrow(backpressure);
});

it.each([
  ['memory is at 65 % of its limit', { memoryUsedBytes: 650_000 }, undefined],
  ['memory is above it', { memoryUsedBytes: 650_001 }, 'memory'],
  ['the append-only file fails', { persistenceProblems: ['aof_last_write_status is not ok'] }, 'persistence'],
  ['the oldest batch waits as long as allowed', { oldestWaitingAgeMs: 10_000 }, undefined],
  ['it waits longer', { oldestWaitingAgeMs: 10_001 }, 'backlog'],
])('knows what to do when %s', async (_name, status, reason) => {
  expect((await start(status)).closedReason()).toBe(reason);
});

it('opens and closes as the queue changes', async () => {
  const opened = await start();
  opened.admit('a').release();
  readStatus = async () => ({ ...IDLE, memoryUsedBytes: 999_999 });
  await vi.advanceTimersByTimeAsync(600);
  expect(() => opened.admit('a')).toThrow(backpressure);
  readStatus = async () => IDLE;
  await vi.advanceTimersByTimeAsync(600);
  opened.admit('a').release();
});

it('forgives a slow answer, but not three seconds without any', async () => {
  const opened = await start();
  readStatus = () => Promise.reject(new Error('away'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(opened.closedReason()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(opened.closedReason()).toBe('unknown');
});

it('limits what is in memory and gives back what a request took', async () => {
  const opened = await start();
  const other = opened.admit('b');
  other.take(10 << 20);
  const first = opened.admit('a');
  first.take(20 << 20);
  const second = opened.admit('a');
  expect(() => second.take(3 << 20)).toThrow(backpressure);
  second.release();
  expect(opened.inFlightBytes()).toBe(30 << 20);
  first.take(2 << 20);
  expect(() => opened.admit('a')).toThrow(backpressure);
  other.release();
  first.release();
  first.release();
  expect(opened.inFlightBytes()).toBe(0);
  opened.admit('a').release();
});

it('leaves room for others, however much one cluster has under way', async () => {
  const opened = await start();
  const greedy = Array.from({ length: 4 }, () => opened.admit('a'));
  for (const admission of greedy) admission.take(6 << 20);
  expect(() => opened.admit('a')).toThrow(backpressure);
  expect(() => greedy[0]?.take(1)).toThrow(backpressure);
  const other = opened.admit('b');
  other.take(8 << 20);
  other.release();
  greedy[0]?.release();
  opened.admit('a').take(6 << 20);
});

it('spreads the times at which refused senders come again', async () => {
  const closed = await start({ memoryUsedBytes: 999_999 });
  const times = new Set<number | undefined>();
  for (let i = 0; i < 20; i++) {
    try {
      closed.admit('a');
    } catch (error) {
      expect(error).toMatchObject({ retryAfterSeconds: expect.any(Number) });
      if (error instanceof Error && 'retryAfterSeconds' in error) times.add(Number(error.retryAfterSeconds));
    }
  }
  expect(times.size).toBeGreaterThan(10);
  for (const time of times) expect(time).toBeGreaterThanOrEqual(5);
  for (const time of times) expect(time).toBeLessThanOrEqual(10);
});
