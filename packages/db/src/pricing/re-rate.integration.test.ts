import { sampleEvent, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  closeMonth,
  createTestDatabase,
  findRollupDifferences,
  readClosedRows,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  addMonths,
  createDirectory,
  formatUsageDay,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  monthOf,
  ONE,
  type PriceTerms,
  usageDayOf,
} from '@hopsmeter/usage';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kindOfFailure } from '../connection/errors.ts';
import { loadDirectory } from '../directory/load-directory.ts';
import { recordBatch } from '../record/record-batch.ts';
import { changePrices, previewPriceChange } from './change-prices.ts';
import { findApplyingPriceChange } from './find-applying-price-change.ts';
import { findPriceChange } from './list-price-changes.ts';
import { listRateCards } from './list-rate-cards.ts';
import type { PriceChange } from './price-change.ts';
import { reRatePart } from './re-rate.ts';

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const OWNER = 'auth0|owner';
const MONTH = addMonths(monthOf(usageDayOf(Date.now() * 1_000)), -3);

let database: TestDatabase;
let seeded: SeededDirectory;
let cardId: string;
let eventCount = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  cardId = (await listRateCards(database.pool))[0]?.id ?? '';
});
afterEach(async () => {
  const differences = await findRollupDifferences(database.pool);
  await database.close();
  expect(differences).toEqual([]);
});
afterAll(() => database?.close().catch(() => undefined));

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

const flat = (price: bigint): PriceTerms => ({
  price,
  priceQuantity: ONE,
  model: 'flat',
  tiers: [],
  includedQuantity: 0n,
});

const rate = (price: bigint, validFrom = MONTH): PriceChange => ({
  kind: 'set_rate',
  rateCardId: cardId,
  meter: 'cpu_hours',
  validFrom,
  terms: flat(price),
});

/** Tries a change and makes it. */
async function change(wanted: PriceChange): Promise<string> {
  const { fingerprint } = await previewPriceChange(database.pool, wanted);
  return (await changePrices(database.pool, WHO, { change: wanted, reason: 'for a test', fingerprint })).id;
}

const record = (day: number, quantity: string, subject = 'auth0|member') =>
  recordUsage(database.pool, [
    {
      id: `event ${eventCount++}`,
      clusterId: seeded.clusterId,
      subject,
      start: day * MICROS_PER_DAY,
      end: day * MICROS_PER_DAY + MICROS_PER_HOUR,
      quantity,
    },
  ]);

async function drain(partRowsMax?: number): Promise<number> {
  for (let parts = 0; ; parts++)
    try {
      if ((await reRatePart(database.pool, partRowsMax)) === undefined) return parts;
    } catch (error) {
      if (kindOfFailure(error) !== 'retry') throw error;
    }
}

const rollup = async () =>
  (
    await rowsOf<{ row: string }>(
      `select usage_date - $1::date || ' in ' || booked_on - $1::date || ': ' || trim_scale(quantity) || ' x '
        || trim_scale(price) || ' + ' || trim_scale(price_adjustment) || ' = ' || trim_scale(cost) as row
      from hopsmeter.usage_daily order by usage_date, booked_on, user_id`,
      [formatUsageDay(MONTH)],
    )
  ).map(({ row }) => row);

const DAY_31 = addMonths(MONTH, 1) - MONTH;
const DAY_61 = addMonths(MONTH, 2) - MONTH;

describe('re-rating', () => {
  it('gives open rows the new price and tells what that changed', async () => {
    await record(MONTH, '2');
    await record(MONTH + 3, '1');
    const id = await change(rate(ONE, MONTH + 1));
    expect(await rollup()).toEqual(['0 in 0: 2 x 0.35 + 0 = 0.7', '3 in 3: 1 x 0.35 + 0 = 0.35']);
    await drain();
    expect(await rollup()).toEqual(['0 in 0: 2 x 0.35 + 0 = 0.7', '3 in 3: 1 x 1 + 0 = 1']);
    expect(await findPriceChange(database.pool, id)).toMatchObject({
      status: 'applied',
      nextDay: null,
      changedRows: 1,
      costDifference: '0.650000000000',
    });
  });

  it('books what it makes of a closed month in the open one, without usage, and takes it away again', async () => {
    await record(MONTH, '2');
    await closeMonth(database.pool, OWNER, formatUsageDay(MONTH));
    const closed = await readClosedRows(database.pool);
    await change(rate(ONE));
    await drain();
    expect(await rollup()).toEqual(['0 in 0: 2 x 0.35 + 0 = 0.7', `0 in ${DAY_31}: 0 x 1 + 1.3 = 1.3`]);
    expect(await readClosedRows(database.pool)).toEqual(closed);
    await change(rate((35n * ONE) / 100n));
    await drain();
    expect(await rollup()).toEqual(['0 in 0: 2 x 0.35 + 0 = 0.7']);
  });

  it('keeps a row that late usage shares with an adjustment, whichever came first', async () => {
    await record(MONTH, '2');
    await closeMonth(database.pool, OWNER, formatUsageDay(MONTH));
    await change(rate(ONE));
    await drain();
    await record(MONTH, '5');
    expect((await rollup())[1]).toBe(`0 in ${DAY_31}: 5 x 1 + 1.3 = 6.3`);
    await change(rate(3n * ONE));
    await drain();
    expect((await rollup())[1]).toBe(`0 in ${DAY_31}: 5 x 3 + 5.3 = 20.3`);
    await change(rate((35n * ONE) / 100n));
    await drain();
    expect((await rollup())[1]).toBe(`0 in ${DAY_31}: 5 x 0.35 + 0 = 1.75`);
  });

  it('counts what an adjustment that is closed itself has adjusted already', async () => {
    await record(MONTH, '2');
    await closeMonth(database.pool, OWNER, formatUsageDay(MONTH));
    await change(rate(ONE));
    await drain();
    await record(MONTH, '5');
    await closeMonth(database.pool, OWNER, formatUsageDay(MONTH + DAY_31));
    const closed = await readClosedRows(database.pool);
    await change(rate(2n * ONE));
    await drain();
    // 2 and 5 at 2 are 14; 0.7 and 6.3 are billed.
    expect((await rollup())[2]).toBe(`0 in ${DAY_61}: 0 x 2 + 7 = 7`);
    expect(await readClosedRows(database.pool)).toEqual(closed);
  });

  it('leaves other accounts, meters and days alone', async () => {
    await record(MONTH, '2');
    await record(MONTH, '2', 'auth0|other');
    await record(MONTH + 9, '2');
    const before = await rowsOf<{ id: string }>('select id, xmin::text from hopsmeter.usage_daily order by id');
    await change({
      kind: 'set_override',
      accountOwnerId: 'auth0|other',
      override: { kind: 'discount', meter: undefined, percent: 50n * ONE },
      validFrom: MONTH,
      validTo: MONTH + 5,
    });
    await drain();
    const after = await rowsOf<{ id: string }>('select id, xmin::text from hopsmeter.usage_daily order by id');
    expect(after.filter((row, place) => JSON.stringify(row) !== JSON.stringify(before[place]))).toHaveLength(1);
    expect(await rollup()).toContain('0 in 0: 2 x 0.175 + 0 = 0.35');
  });

  it('goes part by part, and a part never tears a key apart', async () => {
    for (let day = MONTH; day < MONTH + 4; day++)
      for (const subject of ['auth0|member', 'auth0|owner', 'auth0|other']) await record(day, '1', subject);
    await change(rate(ONE));
    const parts: number[] = [];
    for (let part = await reRatePart(database.pool, 2); part !== undefined; part = await reRatePart(database.pool, 2))
      parts.push(part.changedRows);
    expect(parts).toEqual([2, 1, 2, 1, 2, 1, 2, 1, 0]);
    expect(new Set((await rollup()).map((row) => row.slice(-15)))).toEqual(new Set([': 1 x 1 + 0 = 1']));
  });
});

describe('re-rating that is interrupted', () => {
  it('loses its part and nothing else when it is killed in the middle of it', async () => {
    for (let day = MONTH; day < MONTH + 4; day++) await record(day, '2');
    const id = await change(rate(ONE));
    await reRatePart(database.pool);
    const before = [await rollup(), await findPriceChange(database.pool, id)];
    const blocker = await database.pool.connect();
    await blocker.query('begin');
    await blocker.query('select from hopsmeter.usage_daily where usage_date = $1 for update', [
      formatUsageDay(MONTH + 1),
    ]);
    const killed = reRatePart(database.pool).catch((error: unknown) => error);
    const { pid } = await waitForLock('%openings as materialized%');
    await blocker.query('select pg_terminate_backend($1)', [pid]);
    expect(kindOfFailure(await killed)).toBe('retry');
    await blocker.query('rollback');
    blocker.release();
    expect([await rollup(), await findPriceChange(database.pool, id)]).toEqual(before);
    await drain(1);
    expect((await rollup()).every((row) => row.endsWith('2 x 1 + 0 = 2'))).toBe(true);
    expect(await findPriceChange(database.pool, id)).toMatchObject({ changedRows: 4, status: 'applied' });
  });

  it('is not worked on by two at the same time', async () => {
    for (let day = MONTH; day < MONTH + 3; day++) await record(day, '2');
    const id = await change(rate(ONE));
    const other = await change(rate(5n * ONE, MONTH + 2));
    const blocker = await database.pool.connect();
    await blocker.query('begin');
    await blocker.query('select from hopsmeter.price_changes where id = $1 for update', [id]);
    expect((await reRatePart(database.pool))?.priceChangeId).toBe(other);
    await drain();
    expect((await findPriceChange(database.pool, id))?.status).toBe('applying');
    await blocker.query('rollback');
    blocker.release();
    await Promise.all([drain(1), drain(1), drain(1)]);
    expect(await rollup()).toEqual(['0 in 0: 2 x 1 + 0 = 2', '1 in 1: 2 x 1 + 0 = 2', '2 in 2: 2 x 5 + 0 = 10']);
    expect(await findPriceChange(database.pool, id)).toMatchObject({
      changedRows: 2,
      costDifference: '2.600000000000',
    });
  });

  it('keeps the months that it reaches from being closed, until it is applied', async () => {
    await record(MONTH + 40, '2');
    const id = await change(rate(ONE, MONTH + 40));
    const find = (account: string, month: number) =>
      findApplyingPriceChange({ rowsOf: (sql, parameters) => rowsOf(sql, parameters) }, account, month);
    expect(await find(OWNER, MONTH)).toBeUndefined();
    const applying = { id, firstDay: formatUsageDay(MONTH + 40) };
    for (const months of [1, 2, 3]) expect(await find('auth0|other', addMonths(MONTH, months))).toEqual(applying);
    await drain();
    expect(await find(OWNER, addMonths(MONTH, 1))).toBeUndefined();
    await change({
      kind: 'set_override',
      accountOwnerId: OWNER,
      override: { kind: 'price', meter: 'cpu_hours', terms: flat(0n) },
      validFrom: MONTH + 40,
      validTo: MONTH + 41,
    });
    expect(await find('auth0|other', addMonths(MONTH, 1))).toBeUndefined();
    expect(await find(OWNER, addMonths(MONTH, 2))).toBeDefined();
  });
});

describe('while usage is recorded', () => {
  it.each([
    ['an open', false],
    ['a closed', true],
  ])('re-rates %s month to the last digit, whoever waits for whom', async (_, isClosed) => {
    const days = 6;
    const users = ['auth0|member', 'auth0|owner', 'auth0|other'];
    for (let day = 0; day < days; day += 2) for (const user of users) await record(MONTH + day, '1', user);
    if (isClosed) await closeMonth(database.pool, OWNER, formatUsageDay(MONTH));
    const closed = await readClosedRows(database.pool);
    let isRunning = true;
    let recorded = (days / 2) * users.length;
    const writers = [1, 2].map(async () => {
      for (let i = 0; isRunning; i++) {
        const events = users.map((subject, place) => ({
          id: `event ${eventCount++}`,
          clusterId: seeded.clusterId,
          subject,
          start: (MONTH + ((i + place) % days)) * MICROS_PER_DAY,
          end: (MONTH + ((i + place) % days)) * MICROS_PER_DAY,
          quantity: '1',
        }));
        const { counted } = await recordUsage(database.pool, events);
        recorded += counted;
      }
    });
    const ids: string[] = [];
    for (let round = 1; round <= 8; round++) {
      ids.push(await change(rate((BigInt(round) * ONE) / 3n)));
      await Promise.all([drain(2), drain(2)]);
    }
    isRunning = false;
    await Promise.all(writers);
    await drain();
    const price = (8n * ONE) / 3n;
    const sums = await rowsOf<{ quantity: string; rest: string }>(
      `select sum(quantity)::int::text as quantity,
        sum(cost - quantity * $1::numeric / 1000000000000)::numeric(38,12)::text as rest
      from hopsmeter.usage_daily`,
      [price.toString()],
    );
    expect(sums).toEqual([{ quantity: String(recorded), rest: '0.000000000000' }]);
    expect(await readClosedRows(database.pool)).toEqual(closed);
    expect(closed.length > 0).toBe(isClosed);
    expect(recorded).toBeGreaterThan(days * users.length);
    for (const id of ids) expect((await findPriceChange(database.pool, id))?.status).toBe('applied');
  });

  it('waits for a month that is being closed, and leaves it alone then', async () => {
    await record(MONTH, '2');
    await change(rate(ONE));
    const closing = await database.pool.connect();
    await closing.query('begin');
    await closing.query(
      `insert into hopsmeter.statements (number, account_owner_id, month, total_exact, total, amount_due, credit_usd,
        closed_by)
      values (1, $1, $2, 0.7, 0.7, 0.7, 0.35, 'test')`,
      [OWNER, formatUsageDay(MONTH)],
    );
    const drained = drain();
    await waitForLock('%pg_advisory_xact_lock_shared%');
    await closing.query('commit');
    closing.release();
    await drained;
    expect(await rollup()).toEqual(['0 in 0: 2 x 0.35 + 0 = 0.7', `0 in ${DAY_31}: 0 x 1 + 1.3 = 1.3`]);
  });

  it('adds up the differences of the rows as they were when they were locked', async () => {
    const start = MONTH * MICROS_PER_DAY;
    const plan = async (id: string, quantity: string) => {
      const directory = createDirectory(await loadDirectory(database.pool));
      const event = sampleEvent(id, { start, end: start, days: [[{ meter: 'cpu_hours', quantity }]] });
      return sampleRecord({ ...seeded, directory }, [event]);
    };
    await recordBatch(database.pool, await plan('first', '1'));
    const id = await change(rate(ONE));
    // Recorded at the new price list, into the row that has the old price still; not committed before it is waited for.
    const recording = await database.pool.connect();
    await recording.query('begin');
    await recordBatch(recording, await plan('second', '9'));
    const drained = drain();
    await waitForLock('%openings as materialized%');
    await recording.query('commit');
    recording.release();
    await drained;
    expect(await rollup()).toEqual(['0 in 0: 10 x 1 + 0 = 10']);
    expect((await findPriceChange(database.pool, id))?.costDifference).toBe('6.500000000000');
  });
});

/** Waits until a statement waits for a lock, and says whose it is. */
function waitForLock(statement: string): Promise<{ pid: number }> {
  return vi.waitFor(async () => {
    const [found] = await rowsOf<{ pid: number }>(
      `select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
      [statement],
    );
    if (found === undefined) throw new Error('nothing waits');
    return found;
  }, 10_000);
}
