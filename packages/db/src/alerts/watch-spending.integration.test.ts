import {
  closeMonth,
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { MICROS_PER_HOUR, parseTime } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhook } from './create-webhook.ts';
import { disableWebhook } from './disable-webhook.ts';
import { listAlerts } from './list-alerts.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { readSpendingCap } from './read-spending-cap.ts';
import { removeSpendingCap, setSpendingCap } from './set-spending-cap.ts';
import { watchSpending } from './watch-spending.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
/** November 2026 as its first day. */
const MONTH = 20_758;
const NOVEMBER = at('2026-11-01T00:00:00Z');
const NOW = at('2026-11-22T14:00:00Z');
const DECEMBER = at('2026-12-01T00:00:00Z');

let database: TestDatabase;
let seeded: SeededDirectory;
let usageCount = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(`update hopsmeter.rates set price = 1 where meter = 'cpu_hours'`);
  seeded = await seedDirectory(database.pool);
});
afterEach(() => database.close());

/** Usage that costs so many dollars: a CPU hour costs one in these tests. */
const use = (userId: string, dollars: number, start = NOW - MICROS_PER_HOUR) =>
  recordUsage(database.pool, [
    {
      id: `event ${++usageCount}`,
      clusterId: seeded.clusterId,
      subject: userId,
      start,
      end: start + 1,
      quantity: String(dollars),
    },
  ]);

const cap = (cents: bigint, accountOwnerId = seeded.ownerId) =>
  setSpendingCap(database.pool, CHANGE, accountOwnerId, cents);

/** A round of one worker, in which every cap is due. */
const watch = (now = NOW, periodMs = 0) => watchSpending(database.pool, { now, periodMs, limit: 50 });

const alerts = async (accountOwnerId = seeded.ownerId) =>
  (await listAlerts(database.pool, { accountOwnerId, limit: 100 })).map(({ month, threshold, cap, spent }) => [
    month,
    threshold,
    cap,
    spent,
  ]);

describe('an alert', () => {
  it('counts the usage of the whole account, however it came in', async () => {
    await cap(100_00n);
    await use(seeded.ownerId, 40);
    expect((await watch()).raised).toEqual([]);
    await use(seeded.memberId, 39.9);
    await use(seeded.otherId, 1_000);
    expect((await watch()).raised).toEqual([]);
    await use(seeded.memberId, 0.1);
    expect((await watch()).raised).toEqual([80]);
    expect(await alerts()).toEqual([['2026-11', 80, 100_00n, '80.000000000000']]);
  });

  it('is raised once for each threshold, with four workers that see all of them reached at once', async () => {
    const everybody = Array.from({ length: 12 }, (_, i) => `auth0|cap-${i}`);
    await createWebhook(database.pool, CHANGE, { url: 'https://hooks.example.com/', accountOwnerId: null });
    await createWebhook(database.pool, CHANGE, { url: 'https://hooks.example.com/1', accountOwnerId: 'auth0|owner' });
    for (const id of everybody) {
      await database.pool.query('insert into hopsmeter.users (id) values ($1)', [id]);
      await cap(1n, id);
    }
    await cap(100_00n);
    await use(seeded.ownerId, 60);
    await use(seeded.memberId, 60);
    const rounds = await Promise.all(Array.from({ length: 8 }, () => watch()));
    expect(rounds.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rounds.flatMap(({ raised }) => raised).sort()).toEqual([100, 80, 90]);
    // Also past the sharing of caps: all of them with the same account in hand.
    const reached = { accountOwnerId: seeded.otherId, month: MONTH, cap: 5_00n, spent: 10n ** 13n };
    await cap(5_00n, seeded.otherId);
    const raised = await Promise.all(
      Array.from({ length: 4 }, () => raiseAlerts(database.pool, { ...reached, thresholds: [80, 90, 100] })),
    );
    expect(raised.flat().sort()).toEqual([100, 80, 90]);
    const { rows } = await database.pool.query(
      `select account_owner_id as id, threshold, count(*)::integer as deliveries
       from hopsmeter.spending_alerts left join hopsmeter.webhook_deliveries on spending_alert_id = spending_alerts.id
       group by account_owner_id, threshold order by 1, 2`,
    );
    expect(rows).toEqual([
      ...[80, 90, 100].map((threshold) => ({ id: seeded.otherId, threshold, deliveries: 1 })),
      ...[80, 90, 100].map((threshold) => ({ id: seeded.ownerId, threshold, deliveries: 2 })),
    ]);
  });

  it('stays as it was raised when the cap is raised; thresholds that are left follow the new cap', async () => {
    await cap(100_00n);
    await use(seeded.ownerId, 85);
    await watch();
    await cap(1_000_00n);
    expect((await watch()).raised).toEqual([]);
    await use(seeded.ownerId, 715);
    // 80 % of the new cap, but the month has had its alert of 80 %.
    expect((await watch()).raised).toEqual([]);
    await use(seeded.ownerId, 100);
    expect((await watch()).raised).toEqual([90]);
    expect(await alerts()).toEqual([
      ['2026-11', 90, 1_000_00n, '900.000000000000'],
      ['2026-11', 80, 100_00n, '85.000000000000'],
    ]);
    const shown = await readSpendingCap(database.pool, seeded.ownerId, MONTH);
    expect(shown).toMatchObject({ amount: 1_000_00n, spent: 900n * 10n ** 12n });
    expect(shown?.alerts.map(({ threshold }) => threshold)).toEqual([90, 80]);
  });

  it('is raised for what was spent already when a cap is set or lowered', async () => {
    await use(seeded.ownerId, 95);
    await cap(1_000_00n);
    expect((await watch()).raised).toEqual([]);
    await cap(100_00n);
    expect((await watch()).raised).toEqual([80, 90]);
  });

  it('is not raised for a cap that is not that amount any more, or is gone', async () => {
    await cap(100_00n);
    const reached = { accountOwnerId: seeded.ownerId, month: MONTH, cap: 99_00n, spent: 10n ** 15n };
    expect(await raiseAlerts(database.pool, { ...reached, thresholds: [80] })).toEqual([]);
    expect(await removeSpendingCap(database.pool, CHANGE, seeded.ownerId)).toBe(true);
    expect(await removeSpendingCap(database.pool, CHANGE, seeded.ownerId)).toBe(false);
    expect(await raiseAlerts(database.pool, { ...reached, cap: 100_00n, thresholds: [80] })).toEqual([]);
    await use(seeded.ownerId, 1_000);
    expect((await watch()).raised).toEqual([]);
  });

  it('is not changed or removed by hand', async () => {
    await cap(1_00n);
    await use(seeded.ownerId, 10);
    await watch();
    for (const sql of ['update hopsmeter.spending_alerts set threshold = 80', 'delete from hopsmeter.spending_alerts'])
      await expect(database.pool.query(sql)).rejects.toThrow();
  });
});

describe('months', () => {
  it('are UTC months, each with alerts of its own', async () => {
    await cap(100_00n);
    // The last and the first microsecond of two months.
    await use(seeded.ownerId, 85, NOVEMBER - 1);
    await use(seeded.ownerId, 80, NOVEMBER);
    expect((await watch()).raised).toEqual([80]);
    expect(await alerts()).toMatchObject([['2026-11', 80, 100_00n, '80.000000000000']]);
    await use(seeded.ownerId, 100, DECEMBER);
    expect((await watch(DECEMBER + 5 * 24 * MICROS_PER_HOUR)).raised).toEqual([80, 90, 100]);
    expect((await alerts()).map(([month]) => month).sort()).toEqual(['2026-11', '2026-12', '2026-12', '2026-12']);
  });

  it('that have just ended are watched for usage that comes late, unless they are closed', async () => {
    await cap(100_00n);
    await use(seeded.ownerId, 85, DECEMBER - MICROS_PER_HOUR);
    const firstOfDecember = DECEMBER + MICROS_PER_HOUR;
    const setAt = (day: string) => database.pool.query('update hopsmeter.spending_caps set set_at = $1', [day]);
    await setAt('2026-12-01T00:00:00Z');
    expect((await watch(firstOfDecember)).raised).toEqual([]);
    await setAt('2026-11-30T23:59:59Z');
    expect((await watch(DECEMBER + 3 * 24 * MICROS_PER_HOUR)).raised).toEqual([]);
    expect((await watch(firstOfDecember)).raised).toEqual([80]);
    await use(seeded.ownerId, 10, DECEMBER - MICROS_PER_HOUR);
    await closeMonth(database.pool, seeded.ownerId, '2026-11-01');
    expect(await watch(firstOfDecember)).toMatchObject({ raised: [], failures: [] });
    expect(await alerts()).toHaveLength(1);
  });
});

describe('a worker', () => {
  it('leaves caps alone that another one has just looked at', async () => {
    await cap(100_00n);
    await cap(100_00n, seeded.otherId);
    const first = await watchSpending(database.pool, { now: NOW, periodMs: 60_000, limit: 1 });
    const second = await watchSpending(database.pool, { now: NOW, periodMs: 60_000, limit: 10 });
    const third = await watchSpending(database.pool, { now: NOW, periodMs: 60_000, limit: 10 });
    expect([first.capCount, second.capCount, third.capCount]).toEqual([1, 1, 0]);
    await cap(90_00n);
    expect((await watch(NOW, 60_000)).capCount).toBe(1);
  });

  it('goes on with the other accounts when one cannot be computed, and tells why', async () => {
    await cap(100_00n);
    await cap(1_00n, seeded.otherId);
    await use(seeded.otherId, 10);
    // An account that has become a member of another one and never used anything.
    await database.pool.query('update hopsmeter.users set account_owner_id = null where id = $1', [seeded.memberId]);
    await database.pool.query('update hopsmeter.users set account_owner_id = $2 where id = $1', [
      seeded.ownerId,
      seeded.otherId,
    ]);
    const { raised, failures } = await watch();
    expect(raised).toEqual([80, 90, 100]);
    expect(failures).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('a webhook', () => {
  it('is told of alerts that are raised from now on, of its account or of all', async () => {
    await cap(100_00n);
    await use(seeded.ownerId, 85);
    await watch();
    const make = async (accountOwnerId: string | null) =>
      (await createWebhook(database.pool, CHANGE, { url: 'https://hooks.example.com/', accountOwnerId })).value.id;
    const [all, own, other] = [await make(null), await make(seeded.ownerId), await make(seeded.otherId)];
    const disabled = (
      await createWebhook(database.pool, CHANGE, { url: 'https://gone.example.com/', accountOwnerId: null })
    ).value.id;
    await disableWebhook(database.pool, CHANGE, disabled);
    await use(seeded.ownerId, 6);
    await watch();
    const { rows } = await database.pool.query<{ id: string; threshold: number }>(
      `select webhook_endpoint_id as id, threshold from hopsmeter.webhook_deliveries
       join hopsmeter.spending_alerts on spending_alerts.id = spending_alert_id`,
    );
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
    expect(rows.sort(byId)).toEqual([all, own].map((id) => ({ id, threshold: 90 })).sort(byId));
    expect(rows.map(({ id }) => id)).not.toContain(other);
  });

  it('gets no delivery that stays behind when it is disabled while alerts are raised', async () => {
    await cap(1_00n);
    for (let round = 0; round < 10; round++) {
      const url = `https://hooks.example.com/${round}`;
      const { id } = (await createWebhook(database.pool, CHANGE, { url, accountOwnerId: null })).value;
      await database.pool.query('insert into hopsmeter.users (id) values ($1)', [`auth0|race-${round}`]);
      await cap(1_00n, `auth0|race-${round}`);
      const reached = { accountOwnerId: `auth0|race-${round}`, month: MONTH, cap: 1_00n, spent: 10n ** 13n };
      await Promise.all([
        raiseAlerts(database.pool, { ...reached, thresholds: [80, 90, 100] }),
        disableWebhook(database.pool, CHANGE, id),
      ]);
    }
    const { rows } = await database.pool.query(
      'select from hopsmeter.webhook_deliveries where next_attempt_at is not null',
    );
    expect(rows).toEqual([]);
  });
});

function at(text: string): number {
  const time = parseTime(text);
  if (time === undefined) throw new RangeError(text);
  return time;
}
