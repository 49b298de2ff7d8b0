import { randomUUID } from 'node:crypto';
import { listReconciliations, repairUsageDaily, requestReconciliation } from '@hopsmeter/db';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import {
  createTestDatabase,
  recordUsage,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcile } from './reconcile.ts';

const HOUR_MS = 3_600_000;

/** Yesterday at 10:00, which every scheduled comparison takes. */
const START = (Math.floor(Date.now() / 86_400_000) * 24 - 14) * HOUR_MS;
const DAY = new Date(START).toISOString().slice(0, 10);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { clusterId, memberId } = await seedDirectory(database.pool);
  await recordUsage(database.pool, [
    {
      id: randomUUID(),
      clusterId,
      subject: memberId,
      start: START * 1_000,
      end: (START + HOUR_MS) * 1_000,
      quantity: '12',
    },
  ]);
});
afterAll(() => database?.close());

/** A worker's job with metrics of its own. */
function startWorker(pool = database.pool) {
  const registry = createRegistry({ withProcess: false });
  const logged: string[] = [];
  const logger = createLogger({ name: 'worker', destination: { write: (line) => logged.push(line) } });
  const { round } = reconcile({ pool, logger, registry, settings: {} });
  const signal = new AbortController().signal;
  return {
    logged,
    round: () => round(signal),
    async metric(name: string) {
      const metrics = await registry.getMetricsAsJSON();
      return metrics.find((metric) => metric.name === name)?.values.map(({ value }) => value);
    },
  };
}

const change = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-7' } as const;
const tamper = (sign: string) =>
  database.pool.query(`update hopsmeter.usage_daily set quantity = quantity ${sign} 1e-12 where usage_date = $1`, [
    DAY,
  ]);
const anHourPasses = () =>
  database.pool.query(`update hopsmeter.reconciliations set requested_at = requested_at - interval '61 minutes'`);

it('knows nothing before it looked, and says so', async () => {
  const { metric } = startWorker();
  expect(await metric('unexplained_difference')).toEqual([Number.NaN]);
  expect(await metric('reconciliation_age_seconds')).toEqual([Number.NaN]);
});

it('compares every hour and when somebody asks, and exports what any worker found', async () => {
  const begunAt = Date.now();
  const [one, other] = [startWorker(), startWorker()];
  await one.round();
  expect(await one.metric('unexplained_difference')).toEqual([0]);
  await tamper('+');
  await one.round();
  expect(await one.metric('unexplained_difference')).toEqual([0]);
  await requestReconciliation(database.pool, change, { from: DAY, to: new Date().toISOString().slice(0, 10) });
  await other.round();
  expect(await other.metric('unexplained_difference')).toEqual([1]);
  expect(other.logged.join()).toContain('the rollup does not add up');
  const late = startWorker();
  await late.round();
  expect(await late.metric('unexplained_difference')).toEqual([1]);
  expect((await late.metric('reconciliation_age_seconds'))?.[0]).toBeLessThanOrEqual(
    (Date.now() - begunAt) / 1_000 + 1,
  );
  // The cluster reported an hour of yesterday and none since, but nobody can say so yet of the last hours.
  expect(Math.max(...((await late.metric('cluster_gaps')) ?? []))).toBeGreaterThanOrEqual(10);

  await anHourPasses();
  await startWorker().round();
  const [scheduled] = await listReconciliations(database.pool, { limit: 1 });
  expect(scheduled).toMatchObject({ kind: 'scheduled', status: 'done', differingRows: '1', differingDays: [DAY] });
  await repairUsageDaily(database.pool, change, { reconciliationId: scheduled?.id ?? '', reason: 'for a test' });
  const after = startWorker();
  await after.round();
  expect(await after.metric('unexplained_difference')).toEqual([0]);
});

it('forgets what it knew when the database is not responding', async () => {
  const broken = startWorker(
    new Proxy(database.pool, {
      get: (pool, key) => (key === 'connect' ? () => Promise.reject(new Error('away')) : Reflect.get(pool, key)),
    }),
  );
  await expect(broken.round()).rejects.toThrow('away');
  expect(await broken.metric('unexplained_difference')).toEqual([Number.NaN]);
});

it('days that cannot be compared do not stop the others, nor comparisons behind them', async () => {
  const to = new Date().toISOString().slice(0, 10);
  const from = new Date(START - 100 * 24 * HOUR_MS).toISOString().slice(0, 10);
  await requestReconciliation(database.pool, change, { from, to });
  await database.pool.query(`
    create function hopsmeter.fail_before_yesterday() returns trigger language plpgsql as
    $$ begin raise exception 'a bug' using errcode = 'XX000'; end $$`);
  await database.pool.query(`
    create trigger fail_before_yesterday before insert or update on hopsmeter.reconciled_days for each row
    when (new.day < '${DAY}') execute function hopsmeter.fail_before_yesterday()`);
  const worker = startWorker();
  await worker.round();
  await database.pool.query('drop trigger fail_before_yesterday on hopsmeter.reconciled_days');
  const [requested] = await listReconciliations(database.pool, { limit: 1 });
  expect(requested).toMatchObject({ status: 'done', checkedDays: 1, dayCount: 1 });
  expect(worker.logged.filter((line) => line.includes('a day cannot be compared'))).toHaveLength(100);
});
