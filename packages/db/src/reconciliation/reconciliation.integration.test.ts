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
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkNextDay } from './check-next-day.ts';
import { listReconciliations } from './list-reconciliations.ts';
import { planReconciliation } from './plan-reconciliation.ts';
import type { DifferenceRow, ReconciliationReport } from './read-reconciliation.ts';
import { readReconciliationState } from './read-reconciliation-state.ts';
import { reconcileNow } from './reconcile-now.ts';
import { repairUsageDaily } from './repair-usage-daily.ts';
import { requestReconciliation } from './request-reconciliation.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

/** The 5th of the past month at 10:00: the ledger holds it, and its month can be closed. */
const now = new Date();
const PAST = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 5, 10) * 1_000;
const dayOf = (micros: number) => new Date(micros / 1_000).toISOString().slice(0, 10);
const PAST_DAY = dayOf(PAST);
const THIS_MONTH = dayOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) * 1_000);
const RANGE = { from: PAST_DAY, to: dayOf(PAST + 2 * DAY) };
const ZERO = '0.000000000000';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-7' } as const;

let database: TestDatabase;
let seeded: SeededDirectory;
const databases: TestDatabase[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  databases.push(database);
  seeded = await seedDirectory(database.pool);
});
afterAll(async () => {
  for (const each of databases) await each.close();
});

const query = async (sql: string, parameters: unknown[] = []) => (await database.pool.query(sql, parameters)).rows;

let lastEvent = 0;
/** Usage of the member (12 + 1.5 GPU hours of an event each) and of the other account. */
async function recordSome(count = 3, start = PAST): Promise<void> {
  await recordUsage(
    database.pool,
    Array.from({ length: count }, (_, i) => ({
      id: `event ${lastEvent++}`,
      clusterId: seeded.clusterId,
      subject: i % 3 === 2 ? seeded.otherId : seeded.memberId,
      start,
      end: start + HOUR,
      meter: i % 2 === 0 ? 'cpu_hours' : 'gpu_hours',
      quantity: i % 2 === 0 ? '12' : '1.5',
    })),
  );
}

const reconcile = (range = RANGE) => reconcileNow(database.pool, CHANGE, range);
const repair = (reconciliationId: string) =>
  repairUsageDaily(database.pool, CHANGE, { reconciliationId, reason: 'found by a test' });
const unexplained = async () => (await readReconciliationState(database.pool)).unexplained;
const audited = () => query(`select * from hopsmeter.audit_log where action = 'repair_usage_daily'`);

/** Nothing repairs by itself; one repair does, and a second one finds nothing to do. */
async function expectRepair(report: ReconciliationReport, rows: number): Promise<void> {
  expect(await unexplained()).toBe(rows);
  expect((await reconcile()).differingRows).toBe(String(rows));
  const done = await repair(report.id);
  expect(done).toMatchObject({ repairedRows: rows, closedRows: 0, unpricedRows: 0, leftDays: 0 });
  expect(await findRollupDifferences(database.pool)).toEqual([]);
  expect(await unexplained()).toBe(0);
  expect(await audited()).toMatchObject([
    { actor_id: 'auth0|staff', entity: 'reconciliations', entity_id: report.id, reason: 'found by a test' },
  ]);
  const before = await query('select * from hopsmeter.usage_daily order by id');
  const nothing = { repairedRows: 0, closedRows: 0, unpricedRows: 0, leftDays: 0, rows: [] };
  expect(await repair(report.id)).toEqual(nothing);
  expect(await query('select * from hopsmeter.usage_daily order by id')).toEqual(before);
  expect(await audited()).toHaveLength(1);
  expect(await reconcile()).toMatchObject({ differingRows: '0', differences: [] });
}

/** What is found of a single difference; the member's CPU hours unless told otherwise. */
function difference(changes: Partial<DifferenceRow>): Omit<DifferenceRow, 'expectedRateId' | 'rateId'> {
  return {
    kind: 'usage',
    usageDate: PAST_DAY,
    bookedOn: PAST_DAY,
    accountOwnerId: seeded.ownerId,
    userId: seeded.memberId,
    clusterId: seeded.clusterId,
    projectId: null,
    meter: 'cpu_hours',
    ledgerQuantity: '12',
    rollupQuantity: '12',
    ledgerEventCount: '1',
    rollupEventCount: '1',
    expectedOverrideId: null,
    expectedPrice: '0.350000000000',
    expectedPriceQuantity: '1.000000000000',
    expectedPriceAdjustment: ZERO,
    priceOverrideId: null,
    price: '0.350000000000',
    priceQuantity: '1.000000000000',
    priceAdjustment: ZERO,
    expectedCost: '4.200000000000',
    cost: '4.200000000000',
    isClosed: false,
    ...changes,
  };
}

const CPU_ROW = `user_id = 'auth0|member' and meter = 'cpu_hours'`;

describe('a reconciliation finds, counts and repairs on command only', () => {
  beforeEach(() => recordSome());

  it('nothing where nothing was touched', async () => {
    expect(await reconcile()).toMatchObject({
      kind: 'requested',
      requestedBy: 'auth0|staff',
      status: 'done',
      from: RANGE.from,
      to: RANGE.to,
      dayCount: 2,
      checkedDays: 2,
      checkedRows: '3',
      differingRows: '0',
      differingDays: [],
      costDifference: ZERO,
      statementDifferenceCount: 0,
      differences: [],
    });
    expect(await unexplained()).toBe(0);
  });

  it('a quantity that is 0.000000000001 too large', async () => {
    await query(`update hopsmeter.usage_daily set quantity = quantity + 1e-12 where ${CPU_ROW}`);
    const report = await reconcile();
    expect(report.differences).toMatchObject([difference({ rollupQuantity: '12.000000000001' })]);
    expect(report).toMatchObject({ differingRows: '1', differingDays: [PAST_DAY], costDifference: ZERO });
    await expectRepair(report, 1);
  });

  it('a wrong number of events', async () => {
    await query(`update hopsmeter.usage_daily set event_count = 2 where ${CPU_ROW}`);
    const report = await reconcile();
    expect(report.differences).toMatchObject([difference({ rollupEventCount: '2' })]);
    await expectRepair(report, 1);
  });

  it('a row that was deleted', async () => {
    await query(`delete from hopsmeter.usage_daily where ${CPU_ROW}`);
    const report = await reconcile();
    const gone = { rollupQuantity: null, rollupEventCount: null, price: null, priceQuantity: null };
    expect(report.differences).toMatchObject([
      difference({ kind: 'missing', ...gone, priceAdjustment: null, cost: null }),
    ]);
    expect(report.costDifference).toBe('4.200000000000');
    await expectRepair(report, 1);
  });

  it('a row that nothing stands behind', async () => {
    await query(
      `insert into hopsmeter.usage_daily
        (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
         price, price_quantity, event_count, first_event_at, last_event_at)
      select usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, $1, meter, 2, rate_id, price,
        price_quantity, 1, first_event_at, last_event_at
      from hopsmeter.usage_daily where ${CPU_ROW}`,
      [seeded.projectId],
    );
    const report = await reconcile();
    const nothing = { ledgerQuantity: null, ledgerEventCount: null, expectedCost: ZERO };
    const extra = { projectId: seeded.projectId, rollupQuantity: '2', cost: '0.700000000000' };
    expect(report.differences).toMatchObject([difference({ kind: 'unexpected', ...nothing, ...extra })]);
    await expectRepair(report, 1);
  });

  it('a price that is not in force', async () => {
    await query(`update hopsmeter.usage_daily set price = 0.36 where ${CPU_ROW}`);
    const report = await reconcile();
    const price = { price: '0.360000000000', cost: '4.320000000000' };
    expect(report.differences).toMatchObject([difference({ kind: 'price', ...price })]);
    expect(report.costDifference).toBe('0.120000000000');
    await expectRepair(report, 1);
  });

  it('a rate that is not the one in force, though the price is equal', async () => {
    const [other] = await query(`
      insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'cpu_hours', date '2020-02-01', 0.35 from hopsmeter.rate_cards where is_default returning id`);
    await query('update hopsmeter.rates set withdrawn_at = now() where id = $1', [other.id]);
    await query(`update hopsmeter.usage_daily set rate_id = $1 where ${CPU_ROW}`, [other.id]);
    const report = await reconcile();
    expect(report.differences).toMatchObject([{ ...difference({ kind: 'price' }), rateId: other.id }]);
    await expectRepair(report, 1);
  });

  it('a row that was booked in another month', async () => {
    await query(`update hopsmeter.usage_daily set booked_on = $1 where ${CPU_ROW}`, [THIS_MONTH]);
    const report = await reconcile();
    expect(report.differences.map(({ kind, bookedOn }) => [kind, bookedOn])).toEqual([
      ['missing', PAST_DAY],
      ['unexpected', THIS_MONTH],
    ]);
    await expectRepair(report, 2);
  });

  it('a ledger row that was changed, added or removed behind the rollup', async () => {
    await query(
      `update hopsmeter.usage_events set quantities = array[13]
        where user_id = 'auth0|member' and meters = '{cpu_hours}'`,
    );
    await query(
      `update hopsmeter.usage_events set user_id = 'auth0|owner'
        where user_id = 'auth0|member' and meters = '{gpu_hours}'`,
    );
    await query(`delete from hopsmeter.usage_events where user_id = 'auth0|other'`);
    const report = await reconcile();
    expect(report.differences.map(({ kind, userId, meter }) => [kind, userId, meter])).toEqual(
      [
        ['unexpected', 'auth0|other', 'cpu_hours'],
        ['usage', 'auth0|member', 'cpu_hours'],
        ['unexpected', 'auth0|member', 'gpu_hours'],
        ['missing', 'auth0|owner', 'gpu_hours'],
      ].sort((a, b) => ownerOf(a).localeCompare(ownerOf(b))),
    );
    expect(await unexplained()).toBe(4);
    await repair(report.id);
    expect(await unexplained()).toBe(0);
    expect((await reconcile()).differences).toEqual([]);
  });

  it.each([
    [
      'a cost',
      `update hopsmeter.account_days set cost = cost + 0.000000000001 where booked_on = $1 and meter = 'cpu_hours'`,
      2,
    ],
    ['a row that is missing', `delete from hopsmeter.account_days where booked_on = $1 and meter = 'gpu_hours'`, 1],
    [
      'a row of nobody',
      `insert into hopsmeter.account_days
         (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
       values ($1, 'auth0|nobody', 'cpu_hours', 1, 0.35, 1, 1)`,
      1,
    ],
    ['a cost over all meters', 'update hopsmeter.account_day_costs set cost = cost - 1 where booked_on = $1', 2],
    ['a day of costs that is missing', 'delete from hopsmeter.account_day_costs where booked_on = $1', 2],
    ['a number of rows', `update hopsmeter.account_days set row_count = row_count + 1 where booked_on = $1`, 3],
  ])('a summary of accounts and days that is not the sum of the rollup: %s', async (_what, falsify, rows) => {
    expect(await findRollupDifferences(database.pool)).toEqual([]);
    await query(falsify, [PAST_DAY]);
    expect(await findRollupDifferences(database.pool)).not.toEqual([]);
    const report = await reconcile();
    expect(report).toMatchObject({ differingRows: String(rows), differingDays: [PAST_DAY], differences: [] });
    await expectRepair(report, rows);
  });

  it('more rows than are kept: all are counted and repaired', async () => {
    await query(
      `insert into hopsmeter.users (id, account_owner_id) select 'auth0|m' || i, 'auth0|owner'
        from generate_series(1, 1200) as i`,
    );
    await query(
      `insert into hopsmeter.usage_daily
        (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price,
         price_quantity, event_count, first_event_at, last_event_at)
      select usage_date, booked_on, account_owner_id, 'auth0|m' || i, hopsworks_cluster_id, meter, 1, rate_id, price,
        price_quantity, 1, first_event_at, last_event_at
      from hopsmeter.usage_daily, generate_series(1, 1200) as i where ${CPU_ROW}`,
    );
    const report = await reconcile();
    expect([report.differingRows, report.differences.length]).toEqual(['1200', 1_000]);
    expect(await repair(report.id)).toMatchObject({ repairedRows: 1_200, rows: { length: 1_000 } });
    expect(await findRollupDifferences(database.pool)).toEqual([]);
  });
});

const ownerOf = ([, user]: readonly string[]) => (user === 'auth0|other' ? 'auth0|other' : 'auth0|owner');

describe('closed months', () => {
  beforeEach(async () => {
    await recordSome();
    await closeMonth(database.pool, seeded.ownerId, PAST_DAY);
  });

  it('are explained, with what came after them', async () => {
    await recordSome();
    expect(await reconcile()).toMatchObject({ checkedRows: '5', differingRows: '0' });
  });

  it('are never repaired: the rows are named, the others are repaired', async () => {
    await recordSome();
    await database.pool.query(`update hopsmeter.usage_daily set quantity = quantity + 1 where ${CPU_ROW}`);
    const report = await reconcile();
    expect(report.differences.map(({ bookedOn, isClosed }) => [bookedOn, isClosed])).toEqual([
      [PAST_DAY, true],
      [THIS_MONTH, false],
    ]);
    const closed = await readClosedRows(database.pool);
    expect(await repair(report.id)).toMatchObject({ repairedRows: 1, closedRows: 1 });
    // With it the statement: its usage is billed and not booked, and the other way round.
    expect(await unexplained()).toBe(1 + (report.statementDifferenceCount ?? 0));
    await expect(repair(report.id)).rejects.toMatchObject({
      code: 'DIFFERS_IN_CLOSED_MONTH',
      detail: expect.stringContaining(
        `account auth0|owner, booked on ${PAST_DAY}, used on ${PAST_DAY} by auth0|member, cpu_hours, project none`,
      ),
    });
    expect(await readClosedRows(database.pool)).toEqual(closed);
    // A person does it.
    await query(`update hopsmeter.usage_daily set quantity = quantity - 1 where ${CPU_ROW} and booked_on = $1`, [
      PAST_DAY,
    ]);
    expect(await reconcile()).toMatchObject({ differingRows: '0' });
    expect(await unexplained()).toBe(0);
  });

  it('keep their price; what a new price makes of them is expected in the open month', async () => {
    const [row] = await query(`
      insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'cpu_hours', date '2021-01-01', 0.5 from hopsmeter.rate_cards where is_default returning id`);
    const applying = `insert into hopsmeter.price_changes (change, reason, first_day, next_day, created_by)
      values ('{}', 'for a test', '2021-01-01', '2021-01-01', 'test')`;
    await query(applying);
    expect((await reconcile()).differences).toEqual([]);
    await query(`update hopsmeter.price_changes set status = 'applied', applied_at = now()`);
    const report = await reconcile();
    expect(report.differences).toMatchObject(
      [
        difference({
          kind: 'price',
          bookedOn: THIS_MONTH,
          ledgerQuantity: null,
          ledgerEventCount: null,
          rollupQuantity: null,
          rollupEventCount: null,
          expectedPrice: '0.500000000000',
          expectedPriceAdjustment: '1.800000000000',
          price: null,
          priceQuantity: null,
          priceAdjustment: null,
          expectedCost: '1.800000000000',
          cost: null,
        }),
        // The other account has closed nothing: its row is at the old price.
        difference({
          kind: 'price',
          accountOwnerId: seeded.otherId,
          userId: seeded.otherId,
          expectedPrice: '0.500000000000',
          expectedCost: '6.000000000000',
        }),
      ].sort((a, b) => a.accountOwnerId.localeCompare(b.accountOwnerId)),
    );
    const closed = await readClosedRows(database.pool);
    expect(await repair(report.id)).toMatchObject({ repairedRows: 2 });
    expect(await readClosedRows(database.pool)).toEqual(closed);
    const [adjusted] = await query(`select cost, rate_id from hopsmeter.usage_daily where booked_on = $1`, [
      THIS_MONTH,
    ]);
    expect(adjusted).toEqual({ cost: '1.800000000000', rate_id: row.id });
    expect(await reconcile()).toMatchObject({ differingRows: '0' });
  });

  it('whose statements do not match their rows are reported, and what follows from that is not billed', async () => {
    await query(`update hopsmeter.usage_daily set price = 0.36 where ${CPU_ROW}`);
    const report = await reconcile();
    expect(report.statementDifferences).toEqual([
      expect.objectContaining({
        accountOwnerId: 'auth0|owner',
        difference: expect.stringContaining('billed, not booked'),
      }),
      expect.objectContaining({
        accountOwnerId: 'auth0|owner',
        difference: expect.stringContaining('booked, not billed'),
      }),
    ]);
    expect(report.differences).toMatchObject([
      { kind: 'price', bookedOn: THIS_MONTH, expectedCost: '-0.120000000000' },
    ]);
    expect(await unexplained()).toBe(3);
    await expect(repair(report.id)).rejects.toMatchObject({
      code: 'DIFFERS_IN_CLOSED_MONTH',
      detail: expect.stringContaining('closed months differ from their statements'),
    });
    expect(await query('select from hopsmeter.usage_daily where booked_on = $1', [THIS_MONTH])).toEqual([]);
    await query(`update hopsmeter.usage_daily set price = 0.35 where ${CPU_ROW}`);
    await reconcile();
    expect(await unexplained()).toBe(0);
  });
});

describe('the scheduled reconciliation', () => {
  const runAll = async () => {
    while ((await checkNextDay(database.pool)) === 'checked');
  };

  it('takes once an hour today, yesterday, what was touched since and the longest unchecked', async () => {
    const old = PAST - 100 * DAY;
    await recordSome();
    await recordSome(3, old);
    expect(await planReconciliation(database.pool)).toBe(true);
    expect(await planReconciliation(database.pool)).toBe(false);
    await runAll();
    expect(await planReconciliation(database.pool)).toBe(false);
    const anHourPasses = `update hopsmeter.reconciliations set requested_at = requested_at - interval '61 minutes'`;
    const daysOf = async () =>
      (await query('select days::text[] as days from hopsmeter.reconciliations order by requested_at desc limit 1'))[0]
        .days;
    const first: string[] = await daysOf();
    const today = dayOf(Date.now() * 1_000);
    expect(first).toEqual(expect.arrayContaining([PAST_DAY, dayOf(old), today, dayOf(Date.now() * 1_000 - DAY)]));

    await query(anHourPasses);
    await query(`update hopsmeter.reconciled_days set checked_at = now() + interval '11 minutes'`);
    expect(await planReconciliation(database.pool)).toBe(true);
    const second: string[] = await daysOf();
    expect(second).not.toContain(PAST_DAY);
    expect(second.filter((day) => first.includes(day))).toHaveLength(3);
    await runAll();

    await query(anHourPasses);
    await query(`update hopsmeter.reconciled_days set checked_at = now() - interval '1 hour' where day = $1`, [
      PAST_DAY,
    ]);
    await planReconciliation(database.pool);
    expect(await daysOf()).toContain(PAST_DAY);
  });

  it('has looked at every day that the ledger holds within 17 hours', async () => {
    let hours = 0;
    for (; hours < 20; hours++) {
      await planReconciliation(database.pool);
      await runAll();
      await query(`update hopsmeter.reconciliations set requested_at = requested_at - interval '61 minutes'`);
      const [{ count }] = await query('select count(*)::integer as count from hopsmeter.reconciled_days');
      if (count === 402) break;
    }
    expect(hours + 1).toBeLessThanOrEqual(17);
  });

  it('lets a person go first, also in the middle', async () => {
    await planReconciliation(database.pool);
    await checkNextDay(database.pool);
    const asked = await requestReconciliation(database.pool, CHANGE, RANGE);
    expect(await requestReconciliation(database.pool, CHANGE, RANGE)).toEqual(asked);
    for (let i = 0; i < 3; i++) await checkNextDay(database.pool);
    expect(await listReconciliations(database.pool, { limit: 10 })).toMatchObject([
      { id: asked.id, status: 'done', checkedDays: 2 },
      { kind: 'scheduled', status: 'running', checkedDays: 1 },
    ]);
    await runAll();
    expect((await listReconciliations(database.pool, { limit: 10 })).map(({ status }) => status)).toEqual([
      'done',
      'done',
    ]);
  });

  it.each([
    ['2020-01-01', '2020-01-02', 'MOMENT_TOO_OLD'],
    [PAST_DAY, '2150-01-01', 'MOMENT_IN_FUTURE'],
    [PAST_DAY, PAST_DAY, 'INVALID_REQUEST'],
  ])('is refused from %s to %s', async (from, to, code) => {
    await expect(requestReconciliation(database.pool, CHANGE, { from, to })).rejects.toMatchObject({ code });
    expect(await listReconciliations(database.pool, { limit: 10 })).toEqual([]);
  });
});

it('a repair of a stale report repairs what differs now', async () => {
  await recordSome();
  await query(`update hopsmeter.usage_daily set quantity = 13 where ${CPU_ROW}`);
  const report = await reconcile();
  await query(`update hopsmeter.usage_daily set quantity = 12 where ${CPU_ROW}`);
  await query(`update hopsmeter.usage_daily set quantity = 99 where user_id = 'auth0|other'`);
  const { rows } = await repair(report.id);
  expect(rows.map(({ userId, rollupQuantity }) => [userId, rollupQuantity])).toEqual([['auth0|other', '99']]);
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});

it('refuses a repair without a reason, of an unknown or unfinished comparison, or that is impossible', async () => {
  await recordSome();
  await query(`update hopsmeter.usage_events set user_id = 'nobody' where user_id = 'auth0|other'`);
  const asked = await requestReconciliation(database.pool, CHANGE, RANGE);
  await expect(repair(asked.id)).rejects.toMatchObject({ code: 'RECONCILIATION_RUNNING' });
  await expect(repair('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const report = await reconcile();
  expect(report.differingRows).toBe('2');
  const before = await query('select * from hopsmeter.usage_daily order by id');
  await expect(repair(report.id)).rejects.toMatchObject({ code: 'NOT_REPAIRABLE' });
  const change = { reconciliationId: report.id, reason: ' ' };
  await expect(repairUsageDaily(database.pool, CHANGE, change)).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
  expect(await query('select * from hopsmeter.usage_daily order by id')).toEqual(before);
  expect(await audited()).toEqual([]);
});

/** Of each writer: a slow machine must not have more rows to compare than a fast one. */
const BATCHES_BESIDE_MAX = 60;

it('recording at the same time gives no false alarm', { timeout: 240_000 }, async () => {
  let isOver = false;
  const today = Math.floor((Date.now() - 7_200_000) / 3_600_000) * HOUR;
  const range = { from: dayOf(today), to: dayOf(today + DAY) };
  const writers = [0, 1, 2].map(async (writer) => {
    let batches = 0;
    for (; !isOver && batches < BATCHES_BESIDE_MAX; batches++) await recordSome(20 + writer, today);
    return batches;
  });
  let checked = 0;
  try {
    for (let i = 0; i < 20; i++) {
      const report = await reconcile(range);
      expect(report.differences).toEqual([]);
      checked += Number(report.checkedRows);
    }
  } finally {
    isOver = true;
  }
  expect(Math.min(...(await Promise.all(writers)))).toBeGreaterThan(5);
  expect(checked).toBeGreaterThan(20);
});

it('killed in the middle of a day, another worker goes on with that day, and nothing is counted twice', async () => {
  await recordSome();
  await query(`update hopsmeter.usage_daily set quantity = 13 where ${CPU_ROW}`);
  const { id } = await requestReconciliation(database.pool, CHANGE, { from: dayOf(PAST - DAY), to: RANGE.to });
  await checkNextDay(database.pool);
  // Holds the day's comparison at its end: the row of the comparison cannot be written.
  const blocker = await database.pool.connect();
  await blocker.query('begin');
  await blocker.query('select from hopsmeter.reconciliations where id = $1 for no key update', [id]);
  const killed = checkNextDay(database.pool).catch((error: Error) => String(error.cause));
  const waiting = `select pid from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%update hopsmeter.reconciliations%'
      and pid <> pg_backend_pid()`;
  const [{ pid }] = await vi.waitFor(async () => {
    const rows = await query(waiting);
    expect(rows).toHaveLength(1);
    return rows;
  }, 10_000);
  expect(await checkNextDay(database.pool)).toBe('busy');
  await query('select pg_terminate_backend($1)', [pid]);
  expect(await killed).toContain('terminat');
  await blocker.query('commit');
  blocker.release();
  expect((await listReconciliations(database.pool, { limit: 1 }))[0]).toMatchObject({
    checkedDays: 1,
    status: 'running',
  });
  while ((await checkNextDay(database.pool)) === 'checked');
  expect((await listReconciliations(database.pool, { limit: 1 }))[0]).toMatchObject({
    status: 'done',
    checkedDays: 3,
    checkedRows: '3',
    differingRows: '1',
  });
  expect(
    await query('select from hopsmeter.reconciliation_differences where reconciliation_id = $1', [id]),
  ).toHaveLength(1);
});
