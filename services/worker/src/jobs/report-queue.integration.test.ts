import { type Pool, readPipelineHealth } from '@hopsmeter/db';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { reportQueue } from './report-queue.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.pool.query('truncate hopsmeter.queue_statuses'));
afterAll(() => database?.close());

const EMPTY = { waiting: 0, active: 0, delayed: 0, oldestWaitingAgeMs: 0, added: 0, missing: 0, isPaused: false };

let registry = createRegistry({ withProcess: false });
let lines: string[] = [];

function reportOf(inspect: () => Promise<typeof EMPTY>, pool: Pool = database.pool, name = '{test}:usage-batches') {
  registry = createRegistry({ withProcess: false });
  lines = [];
  const logger = createLogger({ name: 'worker', destination: { write: (line) => lines.push(line) } });
  const queue = { name, inspect, putBackJobs: async () => 0 };
  const { round } = reportQueue({ pool, logger, registry, queue });
  return (signal = new AbortController().signal) => round(signal);
}
const report = (status: Partial<typeof EMPTY>) => reportOf(async () => ({ ...EMPTY, ...status }))();
const readQueue = async () => (await readPipelineHealth(database.pool)).queue;
const age = (minutes: number) =>
  database.pool.query(`update hopsmeter.queue_statuses set measured_at = measured_at - $1 * interval '1 minute'`, [
    minutes,
  ]);

it('writes what the queue is like now over what it was like', async () => {
  expect(await readQueue()).toBeUndefined();
  await report({ waiting: 3, active: 2, oldestWaitingAgeMs: 90_000 });
  const busy = await readQueue();
  expect(busy).toMatchObject({ waitingJobs: 3, activeJobs: 2, isCurrent: true });
  const waited = Date.parse(busy?.measuredAt ?? '') - Date.parse(busy?.oldestWaitingAt ?? '');
  expect(waited).toBe(90_000);
  await report({});
  expect(await readQueue()).toMatchObject({ waitingJobs: 0, activeJobs: 0, oldestWaitingAt: null, isCurrent: true });
});

it('an older measurement does not replace a newer one, whoever writes last', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let goOn = (): void => undefined;
  const slow = reportOf(async () => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    return { ...EMPTY, waiting: 9 };
  })();
  // Longer than any statement takes: the database subtracts how long ago something was seen from when it hears of it.
  vi.advanceTimersByTime(600_000);
  await report({ waiting: 1 });
  goOn();
  await slow;
  expect(await readQueue()).toMatchObject({ waitingJobs: 1 });
});

it('grows old when nobody writes, and a queue that is no more is forgotten after a day', async () => {
  await report({ waiting: 1 });
  await age(1);
  expect(await readQueue()).toMatchObject({ waitingJobs: 1, isCurrent: false });
  await age(24 * 60);
  await reportOf(async () => EMPTY, database.pool, '{other}:usage-batches')();
  expect(await readQueue()).toMatchObject({ waitingJobs: 0, isCurrent: true });
});

it('says nothing of a queue that it cannot see, and nothing after the end', async () => {
  await expect(reportOf(() => Promise.reject(new Error('away')))()).rejects.toThrow('away');
  await reportOf(async () => EMPTY)(AbortSignal.abort());
  expect(await readQueue()).toBeUndefined();
});

it('tells the api, metrics and log of a paused queue and of acknowledged batches that are nowhere', async () => {
  let status = { ...EMPTY, waiting: 4, oldestWaitingAgeMs: 1, added: 7, missing: 3, isPaused: true };
  const round = reportOf(async () => status);
  await round();
  await round();
  expect(await readQueue()).toMatchObject({ waitingJobs: 4, missingJobs: 3, isPaused: true });
  const metrics = await registry.metrics();
  expect(metrics).toContain('queue_paused 1');
  expect(metrics).toContain('queue_jobs_missing 3');
  expect(lines.filter((line) => line.includes('the queue is paused'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('neither recorded nor in the queue'))).toHaveLength(1);
  status = { ...EMPTY, added: 7 };
  await round();
  expect(await readQueue()).toMatchObject({ waitingJobs: 0, missingJobs: 0, isPaused: false });
  expect(lines.join()).toContain('the queue was resumed');
});

it('remembers what was in a queue that began anew: Redis lost its data, or a tool removed all of it', async () => {
  await report({ waiting: 4, active: 2, delayed: 1, oldestWaitingAgeMs: 1, added: 70 });
  await report({ waiting: 1, oldestWaitingAgeMs: 1, added: 1 });
  await report({ added: 2 });
  expect(await readQueue()).toMatchObject({ waitingJobs: 0, missingJobs: 7 });
});
