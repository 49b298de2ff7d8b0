import { changePrices, listPriceChanges, listRateCards, previewPriceChange } from '@hopsmeter/db';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import {
  createTestDatabase,
  recordUsage,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { MICROS_PER_DAY, ONE, usageDayOf } from '@hopsmeter/usage';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { JobContext } from './job-context.ts';
import { reRate } from './re-rate.ts';

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const DAYS = 5;
const FIRST_DAY = usageDayOf(Date.now() * 1_000) - 30;

let database: TestDatabase;
let lines: string[];

beforeEach(async () => {
  await database?.close();
  database = await createTestDatabase();
  lines = [];
  const { clusterId } = await seedDirectory(database.pool);
  const usages = Array.from({ length: DAYS }, (_, n) => {
    const start = (FIRST_DAY + n) * MICROS_PER_DAY;
    return { id: `event ${n}`, clusterId, subject: 'auth0|member', start, end: start, quantity: '2' };
  });
  await recordUsage(database.pool, usages);
  await changePrice(ONE);
});
afterAll(() => database?.close());

async function changePrice(price: bigint): Promise<void> {
  const [card] = await listRateCards(database.pool);
  const terms = { price, priceQuantity: ONE, model: 'flat', tiers: [], includedQuantity: 0n } as const;
  const rateCardId = card?.id ?? '';
  const change = { kind: 'set_rate', rateCardId, meter: 'cpu_hours', validFrom: FIRST_DAY, terms } as const;
  const { fingerprint } = await previewPriceChange(database.pool, change);
  await changePrices(database.pool, WHO, { change, reason: 'for a test', fingerprint });
}

const context = (changes: Partial<JobContext> = {}): JobContext => ({
  pool: database.pool,
  logger: createLogger({ name: 'worker', level: 'debug', destination: { write: (line) => lines.push(line) } }),
  registry: createRegistry({ withProcess: false }),
  settings: {},
  ...changes,
});

const prices = async () => {
  const { rows } = await database.pool.query<{ price: string }>(
    'select trim_scale(price)::text as price from hopsmeter.usage_daily order by usage_date',
  );
  return rows.map(({ price }) => price);
};

const statuses = async () =>
  (await listPriceChanges(database.pool, { status: undefined, after: undefined, limit: 10 })).map(
    ({ status }) => status,
  );

const run = (job: JobContext, signal = new AbortController().signal) => reRate(job).round(signal);

it('applies all price changes that wait in one round, and says so', async () => {
  await changePrice(3n * ONE);
  await run(context());
  expect(await prices()).toEqual(Array(DAYS).fill('3'));
  expect(await statuses()).toEqual(['applied', 'applied']);
  expect(lines.filter((line) => line.includes('a price change was applied'))).toHaveLength(2);
  lines = [];
  await run(context());
  expect(lines).toEqual([]);
});

it('ends after the part in hand when the worker stops, and another worker goes on', async () => {
  const aborter = new AbortController();
  const stopping = context();
  vi.spyOn(stopping.logger, 'debug').mockImplementation(() => aborter.abort());
  await run(stopping, aborter.signal);
  expect(await prices()).toEqual(['1', ...Array(DAYS - 1).fill('0.35')]);
  expect(await statuses()).toEqual(['applying']);
  await run(context());
  expect(await prices()).toEqual(Array(DAYS).fill('1'));
  expect(await listPriceChanges(database.pool, { status: 'applied', after: undefined, limit: 1 })).toMatchObject([
    { changedRows: DAYS },
  ]);
});

it('tries again after a deadlock, and gives a fault that stays to the next round', async () => {
  const connect = vi.spyOn(database.pool, 'connect');
  const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
  connect.mockRejectedValueOnce(deadlock as never);
  await run(context());
  expect(await statuses()).toEqual(['applied']);
  await changePrice(3n * ONE);
  connect.mockRejectedValue(deadlock as never);
  await expect(run(context())).rejects.toBe(deadlock);
  const bug = Object.assign(new Error('no such column'), { code: '42703' });
  connect.mockRejectedValue(bug as never);
  await expect(run(context())).rejects.toBe(bug);
  connect.mockRestore();
  await run(context());
  expect(await prices()).toEqual(Array(DAYS).fill('3'));
});

it('a hundred price changes that fail do not stop the next', async () => {
  const { pool } = database;
  await run(context());
  await pool.query(`
    insert into hopsmeter.price_changes (change, reason, first_day, next_day, end_day, created_by)
    select '{}', 'stuck', '2020-01-01', '2020-01-01', '2020-01-02', 'auth0|staff' from generate_series(1, 100)`);
  // A fault that nobody foresaw.
  await pool.query(`
    create function hopsmeter.fail_when_stuck() returns trigger language plpgsql as
    $$ begin raise exception 'a bug' using errcode = 'XX000'; end $$;
    create trigger fail_when_stuck before update on hopsmeter.price_changes for each row when (old.reason = 'stuck')
    execute function hopsmeter.fail_when_stuck()`);
  await changePrice(3n * ONE);
  await run(context());
  expect(await prices()).toEqual(Array(DAYS).fill('3'));
  expect(lines.filter((line) => line.includes('cannot be applied now'))).toHaveLength(100);
});

it('price changes take turns, part by part', async () => {
  await run(context());
  await changePrice(3n * ONE);
  await changePrice(4n * ONE);
  const turns: string[] = [];
  const watching = context();
  vi.spyOn(watching.logger, 'debug').mockImplementation((fields) => {
    if (typeof fields === 'object') turns.push(String(Reflect.get(fields ?? {}, 'priceChangeId')));
  });
  await run(watching);
  expect(new Set(turns.slice(0, 2)).size).toBe(2);
});
