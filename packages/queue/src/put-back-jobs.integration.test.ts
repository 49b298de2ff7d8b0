import { type PrivateRedis, startPrivateRedis } from '@hopsmeter/test/support/queue/private-redis.ts';
import { createSampleBatch } from '@hopsmeter/test/support/queue/sample-batch.ts';
import { Queue } from 'bullmq';
import { afterEach, expect, it, vi } from 'vitest';
import { createBatchConsumer } from './batch-consumer.ts';
import { QUEUE_NAME } from './batch-job.ts';
import { createBatchProducer } from './batch-producer.ts';
import { createQueueInspector } from './queue-status.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
// With characters that mean something in a pattern.
const prefix = '{test[1]*}';
const key = (name: string) => `${prefix}:${QUEUE_NAME}:${name}`;
const soon = { timeout: 25_000, interval: 25 };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});

async function start() {
  const redis = await startPrivateRedis();
  closers.push(redis.close);
  const options = { redisUrl: redis.url, prefix, logger };
  const producer = createBatchProducer(options);
  const inspector = createQueueInspector(options);
  closers.push(producer.close, inspector.close);
  await producer.ready();
  const add = async (...names: string[]) => {
    for (const name of names) await producer.add(createSampleBatch(name));
  };
  return { redis, add, inspector };
}

/** Takes what is in the queue, until `count` were taken. */
async function consume(redis: PrivateRedis, count: number): Promise<string[]> {
  const ids: string[] = [];
  const consumer = createBatchConsumer({
    redisUrl: redis.url,
    prefix,
    concurrency: 1,
    logger,
    process: async (delivery) => void ids.push('kind' in delivery ? delivery.payload : (delivery.events[0]?.id ?? '')),
  });
  closers.push(() => consumer.close(1_000));
  await vi.waitFor(() => expect(ids).toHaveLength(count), soon);
  await vi.waitFor(async () => expect(await consumer.inspect()).toMatchObject({ waiting: 0, active: 0 }), soon);
  return ids;
}

/** What BullMQ 5 does in Redis when it pauses a queue, and when it resumes one. */
const PAUSE_BY_BULLMQ_5 = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end
redis.call('HSET', KEYS[3], 'paused', 1)
redis.call('DEL', KEYS[4])`;
const RESUME_BY_BULLMQ_5 = `
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('RENAME', KEYS[2], KEYS[1])
  redis.call('ZADD', KEYS[4], 0, '0')
end
redis.call('HDEL', KEYS[3], 'paused')`;
async function run(redis: PrivateRedis, script: string): Promise<void> {
  await redis.connect().eval(script, 4, ...['wait', 'paused', 'meta', 'marker'].map(key));
}

it('what a tool with BullMQ 5 pushes out of the queue is missed at once, put back and delivered', async () => {
  const { redis, add, inspector } = await start();
  await add('a', 'b', 'c', 'd');
  await run(redis, PAUSE_BY_BULLMQ_5);
  await add('e', 'f', 'g');
  expect(await inspector.inspect()).toMatchObject({ waiting: 7, isPaused: true, added: 7, missing: 0 });
  await run(redis, RESUME_BY_BULLMQ_5);
  expect(await inspector.inspect()).toMatchObject({ waiting: 4, isPaused: false, added: 7, missing: 3 });
  // Once is no proof: a job may move while several commands look for it.
  expect(await inspector.putBackJobs()).toBe(0);
  expect(await inspector.putBackJobs()).toBe(3);
  expect(await inspector.inspect()).toMatchObject({ waiting: 7, missing: 0 });
  expect((await consume(redis, 7)).sort()).toEqual(['a/0', 'b/0', 'c/0', 'd/0', 'e/0', 'f/0', 'g/0']);
  expect(await inspector.inspect()).toMatchObject({ added: 7, completed: 7, missing: 0 });
  expect(await inspector.putBackJobs()).toBe(0);
});

it('jobs of the old list of a paused queue go to where workers look, so that resuming overwrites nothing', async () => {
  const { redis, add, inspector } = await start();
  await add('a', 'b');
  await run(redis, PAUSE_BY_BULLMQ_5);
  await inspector.putBackJobs();
  await add('c');
  expect(await inspector.inspect()).toMatchObject({ waiting: 3, isPaused: true });
  await run(redis, RESUME_BY_BULLMQ_5);
  // It finds no old list and sets no marker; the marker of the add was deleted or never set while it was paused.
  await add('d');
  expect(await consume(redis, 4)).toEqual(['a/0', 'b/0', 'c/0', 'd/0']);
});

it.each(['failed', 'completed'])('a job that somebody moved to %s is delivered', async (end) => {
  const { redis, add, inspector } = await start();
  await add('a');
  const client = redis.connect();
  await client.multi().lrem(key('wait'), 0, '1').zadd(key(end), 1, '1').exec();
  await inspector.putBackJobs();
  expect(await inspector.putBackJobs()).toBe(1);
  expect(await consume(redis, 1)).toEqual(['a/0']);
  expect(await client.zcard(key(end))).toBe(0);
});

it('a job that a worker with a clock ahead delayed for an hour is delivered', async () => {
  const { redis, add, inspector } = await start();
  await add('a', 'b');
  const client = redis.connect();
  const inAnHour = (Date.now() + 3_600_000) * 4_096;
  await client.multi().lrem(key('wait'), 0, '1').zadd(key('delayed'), inAnHour, '1').exec();
  expect(await inspector.putBackJobs()).toBe(1);
  expect(await client.zcard(key('delayed'))).toBe(0);
  expect((await consume(redis, 2)).sort()).toEqual(['a/0', 'b/0']);
});

it('a job that is in its place is left there, and one that was removed is missing for good', async () => {
  const { redis, add, inspector } = await start();
  await add('waits', 'is delayed', 'is in work', 'is gone');
  const client = redis.connect();
  await client
    .multi()
    .lrem(key('wait'), 0, '2')
    .zadd(key('delayed'), (Date.now() + 1_000) * 4_096, '2')
    .exec();
  await client.multi().lrem(key('wait'), 0, '3').lpush(key('active'), '3').exec();
  const queue = new Queue(QUEUE_NAME, { connection: client, prefix });
  await queue.remove('4');
  await queue.close();
  for (let look = 0; look < 3; look++) expect(await inspector.putBackJobs()).toBe(0);
  expect(await inspector.inspect()).toMatchObject({ waiting: 1, delayed: 1, active: 1, added: 4, missing: 1 });
});
