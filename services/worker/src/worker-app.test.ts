import { createPool } from '@hopsmeter/db';
import type { BatchConsumer, BatchConsumerOptions, ConsumptionHealth } from '@hopsmeter/queue';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { sampleBatch, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWorkerApp, type WorkerApp } from './worker-app.ts';

/** A queue that says what the test wants to hear. */
const queue = vi.hoisted(() => ({
  health: { isHealthy: true, waiting: 0, sinceProgressMs: 0, status: undefined } as ConsumptionHealth,
  options: undefined as BatchConsumerOptions | undefined,
  closes: [] as number[],
  close: async (): Promise<void> => undefined,
}));

vi.mock('@hopsmeter/queue', async (importOriginal) => ({
  ...(await importOriginal<typeof import('@hopsmeter/queue')>()),
  QUEUE_NAME: 'usage',
  createBatchConsumer: (options: BatchConsumerOptions): BatchConsumer => {
    queue.options = options;
    return {
      health: () => queue.health,
      inspect: () => Promise.reject(new Error('away')),
      putBackJobs: () => Promise.reject(new Error('away')),
      async close(deadlineMs) {
        queue.closes.push(deadlineMs);
        await queue.close();
      },
    };
  },
}));

const STUCK: ConsumptionHealth = { isHealthy: false, waiting: 3, sinceProgressMs: 61_000, status: undefined };
const HEALTHY: ConsumptionHealth = { isHealthy: true, waiting: 0, sinceProgressMs: 0, status: undefined };

let worker: WorkerApp;
let stuckCount: number;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  Object.assign(queue, { health: HEALTHY, closes: [], close: async () => undefined });
  stuckCount = 0;
  worker = await createWorkerApp({
    // Port 9 discards: a database that is away.
    pool: createPool({ url: 'postgres://nobody@127.0.0.1:9/none', connectionsMax: 1, onIdleError: () => undefined }),
    redisUrl: 'redis://unused',
    queuePrefix: '{unused}',
    concurrency: 3,
    logger: createLogger({ name: 'worker', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    onStuck: () => {
      stuckCount += 1;
    },
  });
});
afterEach(async () => {
  await worker.close(0).catch(() => undefined);
  vi.useRealTimers();
});

it('reports once that batches are waiting and none are completing', () => {
  vi.advanceTimersByTime(60_000);
  expect(stuckCount).toBe(0);
  queue.health = STUCK;
  vi.advanceTimersByTime(5_000);
  expect(stuckCount).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(stuckCount).toBe(1);
});

it('is not stuck while it waits for its database', async () => {
  const aborter = new AbortController();
  const batch = sampleBatch([sampleEvent('a')]);
  const processed = queue.options?.process(batch, { signal: aborter.signal, jobId: '1', attemptsStarted: 1 });
  await vi.waitFor(
    async () => {
      const metrics = await worker.http.inject('/metrics');
      expect(metrics.body).toContain('batches_waiting_for_database 1');
    },
    { timeout: 30_000 },
  );
  queue.health = STUCK;
  vi.advanceTimersByTime(600_000);
  expect(stuckCount).toBe(0);
  aborter.abort();
  await expect(processed).rejects.toThrow();
  vi.advanceTimersByTime(5_000);
  expect(stuckCount).toBe(1);
});

it('is not ready without its database and its queue, and says which, but alive', async () => {
  queue.health = STUCK;
  const ready = await worker.http.inject('/readyz');
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toMatchObject({
    status: 'not_ready',
    checks: { postgres: { ok: false }, redis: { ok: false }, consumption: { ok: false } },
  });
  expect((await worker.http.inject('/livez')).statusCode).toBe(200);
});

it('is not stuck any more once it is closed', async () => {
  await worker.close(7_000);
  expect(queue.closes).toEqual([7_000]);
  queue.health = STUCK;
  vi.advanceTimersByTime(60_000);
  expect(stuckCount).toBe(0);
});

it('closes its HTTP side though the queue fails to close, and tells', async () => {
  queue.close = async () => {
    throw new Error('the queue is gone');
  };
  const onClose = vi.fn();
  worker.http.server.on('close', onClose);
  await worker.http.listen({ port: 0, host: '127.0.0.1' });
  await expect(worker.close(1_000)).rejects.toThrow('the queue is gone');
  expect(onClose).toHaveBeenCalledOnce();
});
