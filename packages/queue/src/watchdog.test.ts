import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { QueueStatus } from './queue-status.ts';
import { createWatchdog } from './watchdog.ts';

const idle: QueueStatus = {
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  added: 0,
  completed: 0,
  missing: 0,
  isPaused: false,
  oldestWaitingAgeMs: 0,
  memoryUsedBytes: 0,
  memoryLimitBytes: 0,
  persistenceProblems: [],
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is unhealthy when jobs wait and none is completed for a minute', async () => {
  const watchdog = createWatchdog(async () => ({ ...idle, waiting: 3 }));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(watchdog.health().isHealthy).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watchdog.health()).toMatchObject({ isHealthy: false, waiting: 3 });
  watchdog.noteProgress();
  expect(watchdog.health().isHealthy).toBe(true);
  watchdog.close();
});

it('is healthy for as long as nothing waits or Redis does not answer', async () => {
  let inspect = async (): Promise<QueueStatus> => idle;
  const watchdog = createWatchdog(() => inspect());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(watchdog.health().isHealthy).toBe(true);
  inspect = () => Promise.reject(new Error('away'));
  await vi.advanceTimersByTimeAsync(600_000);
  inspect = async () => ({ ...idle, waiting: 1 });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(watchdog.health()).toMatchObject({ isHealthy: true, waiting: 1 });
  watchdog.close();
});

it('is healthy while the queue is paused: a restart would not resume it', async () => {
  const watchdog = createWatchdog(async () => ({ ...idle, waiting: 3, isPaused: true }));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(watchdog.health()).toMatchObject({ isHealthy: true, waiting: 3 });
  watchdog.close();
});
