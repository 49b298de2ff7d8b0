import { once } from 'node:events';
import { type PrivateRedis, startPrivateRedis } from '@hopsmeter/test/support/queue/private-redis.ts';
import { createSampleBatch } from '@hopsmeter/test/support/queue/sample-batch.ts';
import type { Batch } from '@hopsmeter/usage';
import { afterEach, expect, it, vi } from 'vitest';
import { type BatchConsumer, createBatchConsumer, type ProcessBatch, type UnreadableBatch } from './batch-consumer.ts';
import { QUEUE_NAME } from './batch-job.ts';
import { type BatchProducer, createBatchProducer } from './batch-producer.ts';
import { createQueueInspector } from './queue-status.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const prefix = '{test}';
const closers: (() => Promise<unknown>)[] = [];
const soon = { timeout: 25_000, interval: 25 };

afterEach(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});

async function startRedis(settings: Record<string, string> = {}): Promise<PrivateRedis> {
  const redis = await startPrivateRedis(settings);
  closers.push(redis.close);
  return redis;
}

function startProducer(redis: PrivateRedis, allowUnknownDurability = false): BatchProducer {
  const producer = createBatchProducer({ redisUrl: redis.url, prefix, logger, allowUnknownDurability });
  closers.push(producer.close);
  return producer;
}

function startConsumer(redis: PrivateRedis, process: ProcessBatch, lockDurationMs?: number): BatchConsumer {
  const consumer = createBatchConsumer({
    redisUrl: redis.url,
    prefix,
    concurrency: 2,
    process,
    logger,
    ...(lockDurationMs === undefined ? {} : { lockDurationMs }),
  });
  closers.push(() => consumer.close(1_000));
  return consumer;
}

function inspectorOf(redis: PrivateRedis) {
  const inspector = createQueueInspector({ redisUrl: redis.url, prefix, logger });
  closers.push(inspector.close);
  return inspector;
}

/** Takes every delivery and remembers the first event's id. */
function collect(): { readonly ids: Set<string>; readonly process: ProcessBatch } {
  const ids = new Set<string>();
  return {
    ids,
    process: async (delivery) => void ids.add('kind' in delivery ? delivery.payload : (delivery.events[0]?.id ?? '')),
  };
}

it('delivers a batch as it was added and leaves nothing behind', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  const batch = createSampleBatch('a', 1_000);
  await producer.add(batch);
  expect(await producer.status()).toMatchObject({ waiting: 1, active: 0, failed: 0, persistenceProblems: [] });
  const deliveries: (Batch | UnreadableBatch)[] = [];
  startConsumer(redis, async (delivery) => void deliveries.push(delivery));
  await vi.waitFor(() => expect(deliveries).toEqual([batch]), soon);
  await vi.waitFor(async () => expect(await producer.status()).toMatchObject({ waiting: 0, active: 0 }), soon);
  expect(await redis.connect().keys('*:usage-batches:[0-9]*')).toEqual([]);
});

it('tells how long the oldest job waits', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  const inspector = inspectorOf(redis);
  await producer.ready();
  expect((await inspector.inspect()).oldestWaitingAgeMs).toBe(0);
  await producer.add(createSampleBatch('old'));
  await vi.waitFor(async () => expect((await inspector.inspect()).oldestWaitingAgeMs).toBeGreaterThan(300), soon);
  await producer.add(createSampleBatch('new'));
  const status = await inspector.inspect();
  expect(status.waiting).toBe(2);
  expect(status.oldestWaitingAgeMs).toBeGreaterThan(300);
});

it('loses no acknowledged batch when Redis is killed again and again', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  const acknowledged = new Set<string>();
  let isRunning = true;
  const adding = Array.from({ length: 4 }, async (_, adder) => {
    for (let i = 0; isRunning; i++) {
      const name = `${adder}-${i}`;
      await producer.add(createSampleBatch(name, 50)).then(
        () => acknowledged.add(`${name}/0`),
        // Refused at once while Redis is away: give the event loop to the others.
        () => new Promise((resolve) => setTimeout(resolve, 5)),
      );
    }
  });
  for (let round = 0; round < 3; round++) {
    const before = acknowledged.size;
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 50), soon);
    await redis.kill();
    await redis.start();
  }
  isRunning = false;
  await Promise.all(adding);
  const { ids, process } = collect();
  startConsumer(redis, process);
  await vi.waitFor(() => expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]), soon);
  await vi.waitFor(
    async () => expect(await inspectorOf(redis).inspect()).toMatchObject({ waiting: 0, failed: 0 }),
    soon,
  );
});

it('refuses while Redis is away and recovers by itself', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await redis.kill();
  await expect(producer.add(createSampleBatch('away'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await redis.start();
  await producer.ready();
  await producer.add(createSampleBatch('back'));
});

it('refuses while Redis hangs, without waiting for it', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  redis.freeze();
  await expect(producer.add(createSampleBatch('hangs'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  redis.thaw();
  await vi.waitFor(() => producer.add(createSampleBatch('back')), soon);
});

it('starts before Redis does', async () => {
  const redis = await startRedis();
  await redis.kill();
  const producer = startProducer(redis);
  await expect(producer.add(createSampleBatch('early'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await redis.start();
  await producer.ready();
  await producer.add(createSampleBatch('on time'));
});

it('leaves nothing half-written when Redis is full, and goes on when there is room', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  const client = redis.connect();
  const { memoryUsedBytes } = await producer.status();
  await client.config('SET', 'maxmemory', String(memoryUsedBytes + 2_000_000));
  let acknowledged = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await producer.add(createSampleBatch(`full-${acknowledged}`, 500));
      acknowledged += 1;
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', cause: { message: /OOM/ } });
  expect(acknowledged).toBeGreaterThan(2);
  expect(await producer.status()).toMatchObject({ waiting: acknowledged });
  expect(await client.keys(`${prefix}:${QUEUE_NAME}:[0-9]*`)).toHaveLength(acknowledged);
  await client.config('SET', 'maxmemory', '0');
  const { ids, process } = collect();
  startConsumer(redis, process);
  await vi.waitFor(() => expect(ids.size).toBe(acknowledged), soon);
});

it.each([
  ['appendonly', { appendonly: 'no' }],
  ['appendfsync', { appendfsync: 'everysec' }],
  ['maxmemory-policy', { 'maxmemory-policy': 'allkeys-lru' }],
])('does not use a Redis that could lose events: %s', async (setting, settings) => {
  const producer = startProducer(await startRedis(settings));
  await expect(producer.ready()).rejects.toThrow(new RegExp(`could lose acknowledged events: ${setting} must be`));
  await expect(producer.add(createSampleBatch('unsafe'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
});

it('uses a Redis that refuses CONFIG only when told to', async () => {
  const redis = await startRedis();
  await redis.connect().acl('SETUSER', 'default', '-config');
  await expect(startProducer(redis).ready()).rejects.toThrow('appendfsync must be always and is not told');
  await startProducer(redis, true).ready();
});

it.each([
  ['a later version', '{"v":6,"id":"x"}', 'unknown_version'],
  ['data that is not JSON', '{"v":1,', 'invalid_header'],
])('hands over %s as unreadable, with its payload, and fails nothing', async (_name, raw, reason) => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await producer.add(createSampleBatch('replaced'));
  const client = redis.connect();
  const [key] = await client.keys(`${prefix}:${QUEUE_NAME}:[0-9]*`);
  await client.hset(key ?? '', 'data', raw);
  const deliveries: unknown[] = [];
  startConsumer(redis, async (delivery) => void deliveries.push(delivery));
  await vi.waitFor(() => expect(deliveries).toMatchObject([{ kind: 'unreadable', payload: raw, reason }]), soon);
  await vi.waitFor(
    async () => expect(await producer.status()).toMatchObject({ waiting: 0, active: 0, failed: 0 }),
    soon,
  );
});

it('delivers again what a processor threw back', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await producer.add(createSampleBatch('again'));
  const attempts: number[] = [];
  startConsumer(redis, async (_delivery, { attemptsStarted }) => {
    attempts.push(attemptsStarted);
    if (attemptsStarted < 3) throw new Error('not yet');
  });
  await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3]), soon);
  await vi.waitFor(
    async () => expect(await producer.status()).toMatchObject({ delayed: 0, active: 0, failed: 0 }),
    soon,
  );
});

it('delivers again what crashed workers had in hand, however often they crash', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await producer.add(createSampleBatch('crash'));
  // A worker that is cut off in the middle of a job is, for Redis, a worker that was killed: its lock runs out.
  for (let crash = 0; crash < 3; crash++) {
    const process = vi.fn<ProcessBatch>(() => new Promise(() => undefined));
    const doomed = startConsumer(redis, process, 1_000);
    await vi.waitFor(() => expect(process).toHaveBeenCalled(), soon);
    await doomed.close(0);
  }
  const { ids, process } = collect();
  startConsumer(redis, process, 1_000);
  await vi.waitFor(() => expect([...ids]).toEqual(['crash/0']), soon);
  await vi.waitFor(async () => expect(await producer.status()).toMatchObject({ active: 0, failed: 0 }), soon);
}, 60_000);

it('finishes the work in hand before it closes', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await producer.add(createSampleBatch('first'));
  let isDone = false;
  const process = vi.fn<ProcessBatch>(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    isDone = true;
  });
  const consumer = startConsumer(redis, process);
  await vi.waitFor(() => expect(process).toHaveBeenCalled(), soon);
  await consumer.close(5_000);
  expect(isDone).toBe(true);
  expect(await producer.status()).toMatchObject({ active: 0, waiting: 0 });
});

it('aborts what does not finish before the deadline, and the batch is delivered again', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  await producer.add(createSampleBatch('slow'));
  const patient = vi.fn<ProcessBatch>(async (_delivery, { signal }) => {
    await once(signal, 'abort');
    throw signal.reason;
  });
  const consumer = startConsumer(redis, patient);
  await vi.waitFor(() => expect(patient).toHaveBeenCalled(), soon);
  await consumer.close(2_200);
  expect(await producer.status()).toMatchObject({ active: 0, delayed: 1, failed: 0 });
  const { ids, process } = collect();
  startConsumer(redis, process);
  await vi.waitFor(() => expect([...ids]).toEqual(['slow/0']), soon);
});

it('goes on consuming after Redis was away', async () => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  await producer.ready();
  const { ids, process } = collect();
  const consumer = startConsumer(redis, process);
  await redis.kill();
  await redis.start();
  await producer.ready();
  await producer.add(createSampleBatch('after'));
  await vi.waitFor(() => expect([...ids]).toEqual(['after/0']), soon);
  expect(consumer.health()).toMatchObject({ isHealthy: true });
});

it.each(['hangs', 'is away'])('closes within its deadline while Redis %s', async (trouble) => {
  const redis = await startRedis();
  const producer = startProducer(redis);
  const inspector = inspectorOf(redis);
  const { ids, process } = collect();
  const consumer = startConsumer(redis, process);
  await producer.ready();
  await producer.add(createSampleBatch('before'));
  await inspector.inspect();
  await vi.waitFor(() => expect(ids).toContain('before/0'), soon);
  if (trouble === 'hangs') redis.freeze();
  else await redis.kill();
  // Without a deadline this would wait until Redis is back.
  await Promise.all([consumer.close(3_000), producer.close(), inspector.close()]);
  redis.thaw();
});
