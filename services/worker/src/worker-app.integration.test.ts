import type { BatchConsumerOptions, UnreadableBatch } from '@hopsmeter/queue';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR, sampleBatch, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { PeriodicWork } from './jobs/run-periodically.ts';
import { createWorkerApp, type WorkerApp } from './worker-app.ts';

/** Batches are delivered and the purge is begun by the test; the database is real. */
const outside = vi.hoisted(() => ({
  consumer: undefined as BatchConsumerOptions | undefined,
  purgeRound: undefined as ((signal: AbortSignal) => Promise<void>) | undefined,
}));

vi.mock('@hopsmeter/queue', async (importOriginal) => ({
  ...(await importOriginal<typeof import('@hopsmeter/queue')>()),
  QUEUE_NAME: 'usage',
  createBatchConsumer: (options: BatchConsumerOptions) => {
    outside.consumer = options;
    return {
      health: () => ({ isHealthy: true, waiting: 0, sinceProgressMs: 0, status: {} }),
      close: async () => undefined,
    };
  },
}));
vi.mock('./jobs/run-periodically.ts', () => ({
  runPeriodically: ({ name, round }: PeriodicWork) => {
    if (name === 'purge') outside.purgeRound = round;
    return { close: () => Promise.resolve() };
  },
}));

let database: TestDatabase;
let seeded: SeededDirectory;
let worker: WorkerApp;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  worker = await createWorkerApp({
    pool: database.pool,
    redisUrl: 'redis://unused',
    queuePrefix: '{test}',
    concurrency: 2,
    logger: createLogger({ name: 'worker', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    onStuck: () => expect.fail('stuck'),
  });
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});
afterAll(async () => {
  await worker?.close(1_000);
  await database?.close();
});

const deliver = (delivery: Parameters<BatchConsumerOptions['process']>[0], jobId = '1') =>
  outside.consumer?.process(delivery, { signal: AbortSignal.timeout(30_000), jobId, attemptsStarted: 1 });

const batchOf = (...events: ReturnType<typeof sampleEvent>[]) => sampleBatch(events, { clusterId: seeded.clusterId });

/** How many events ended how, by the metrics. */
async function readOutcomes(): Promise<Record<string, number>> {
  const { body } = await worker.http.inject('/metrics');
  const lines = body.matchAll(/^events_recorded_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]));
}

it('records what is delivered and tells what became of each event', async () => {
  const batch = batchOf(sampleEvent('a'), sampleEvent('a'), sampleEvent('b'), sampleEvent('c', { namespace: 'nope' }));
  await deliver(batch);
  expect(await readOutcomes()).toEqual({ counted: 2, duplicate: 1, parked: 1 });
  await deliver(batch);
  expect(await readOutcomes()).toEqual({ counted: 2, duplicate: 1, parked: 1, redelivered: 4 });
  const { rows } = await database.pool.query(
    'select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily',
  );
  expect(rows).toEqual([{ total: '3.000000000000' }]);
});

it('parks a job that it cannot read once, and keeps on working', async () => {
  const unreadable: UnreadableBatch = {
    kind: 'unreadable',
    payload: '{"v":99}',
    reason: 'unknown_version',
    detail: 'version 99',
  };
  await deliver(unreadable, '7');
  await deliver(unreadable, '7');
  const { rows } = await database.pool.query(
    `select event_id, event from hopsmeter.parked_events where reason = 'unreadable_batch'`,
  );
  expect(rows).toEqual([{ event_id: 'job 7', event: { payload: '{"v":99}' } }]);
  await deliver(batchOf(sampleEvent('after')));
  expect(await readOutcomes()).toMatchObject({ counted: 3, parked: 2, redelivered: 5 });
});

it('is ready with its database and its queue', async () => {
  const { statusCode, body } = await worker.http.inject('/readyz');
  expect(statusCode, body).toBe(200);
});

it('removes the ledger rows that no copy can come for any more, and no younger ones', async () => {
  const daysAgo = (days: number) => {
    const midnight = (Math.floor(Date.now() / 86_400_000) - days) * 86_400_000_000;
    return sampleEvent(`${days} days ago`, { start: midnight + HOUR, end: midnight + 2 * HOUR });
  };
  await deliver(batchOf(daysAgo(400), daysAgo(410), daysAgo(411), daysAgo(900)));
  await outside.purgeRound?.(AbortSignal.abort());
  const left = async () =>
    (
      await database.pool.query(`select event_id from hopsmeter.usage_events where event_id like '%ago' order by 1`)
    ).rows.map(({ event_id }) => event_id);
  expect(await left()).toHaveLength(4);
  await outside.purgeRound?.(new AbortController().signal);
  expect(await left()).toEqual(['400 days ago', '410 days ago']);
  // The rollup stays; the check after each test compares it to the ledger, so it is put in line.
  await database.pool.query(
    'truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.usage_batches, hopsmeter.parked_events',
  );
});

it('counts a parked event by itself, soon after its project is there', async () => {
  await deliver(batchOf(sampleEvent('early', { namespace: 'soon' })));
  await database.pool.query(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, 'soon', $2, '-infinity')`,
    [seeded.clusterId, seeded.memberId],
  );
  const find = async () =>
    (await database.pool.query(`select status from hopsmeter.parked_events where event_id = 'early'`)).rows;
  await vi.waitFor(async () => expect(await find()).toEqual([{ status: 'counted' }]), {
    timeout: 10_000,
    interval: 50,
  });
  const { body } = await worker.http.inject('/metrics');
  expect(body).toContain('parked_events_retried_total{outcome="counted"} 1');
});
