import { randomUUID } from 'node:crypto';
import {
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { addMonths, formatUsageDay, MICROS_PER_DAY, MICROS_PER_HOUR, monthOf, usageDayOf } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileNow } from '../reconciliation/reconcile-now.ts';
import { closeMonths, type MonthClosing } from './close-months.ts';
import { readStatement } from './read-statement.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const THIS_MONTH = monthOf(usageDayOf(Date.now() * 1_000));
const MONTH = addMonths(THIS_MONTH, -1);
const EARLIER = addMonths(MONTH, -1);

let database: TestDatabase;
let seeded: SeededDirectory;

beforeEach(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  for (const subject of [seeded.ownerId, seeded.otherId]) await use(MONTH + 4, subject);
});
afterEach(() => database?.close());

async function use(day: number, subject: string, hour = 12, id: string = randomUUID()): Promise<void> {
  const start = day * MICROS_PER_DAY + hour * MICROS_PER_HOUR;
  const usage = { id, clusterId: seeded.clusterId, subject, start, end: start + MICROS_PER_HOUR, quantity: '2' };
  await recordUsage(database.pool, [usage]);
}

/** The first hour of a day, or another. */
const windowOf = (day: number, hour = 0) => ({
  start: new Date((day * 24 + hour) * 3_600_000).toISOString(),
  end: new Date((day * 24 + hour + 1) * 3_600_000).toISOString(),
});

type Parked = {
  reason?: string;
  clusterId?: string | null;
  status?: string;
  parkedAt?: string;
  event?: object;
};

async function park({ reason = 'no_rate', status = 'pending', parkedAt, event = {}, ...more }: Parked): Promise<void> {
  const clusterId = more.clusterId === undefined ? seeded.clusterId : more.clusterId;
  const isEnded = status !== 'pending';
  await database.pool.query(
    `insert into hopsmeter.parked_events
      (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail,
        event,
       status, resolved_at, resolved_by, resolution, parked_at)
    values ($1::uuid, 1, $1::uuid, 0, $2, '', $1::text, $3, 'why', $4, $5, $6, $7, $7,
      coalesce($8::timestamptz, now()))`,
    [
      randomUUID(),
      clusterId,
      reason,
      JSON.stringify({ type: 'meter', ...event }),
      status,
      isEnded ? new Date().toISOString() : null,
      isEnded ? 'somebody' : null,
      parkedAt ?? null,
    ],
  );
}

const close = (closing: Partial<MonthClosing> = {}) => closeMonths(database.pool, CHANGE, { month: MONTH, ...closing });

/** What closing everybody's month would say, by account. */
async function waitingOf(month = MONTH) {
  const { refused, closed } = await close({ month, isDryRun: true });
  expect(refused.every(({ code }) => code === 'USAGE_WAITING')).toBe(true);
  return {
    refused: Object.fromEntries(refused.map(({ accountOwnerId, waiting }) => [accountOwnerId, waiting])),
    closed: closed.map(({ accountOwnerId }) => accountOwnerId),
  };
}

const nothing = { parked: [], missingHours: [], differences: 0 };
const own = (reason: string, events: number) => ({ reason, events, isOwn: true });
const nobodys = (reason: string, events: number) => ({ reason, events, isOwn: false });

describe('closing a month of which something waits', () => {
  beforeEach(() => park({ event: { subject: seeded.memberId, ...windowOf(MONTH + 7) } }));

  it('is refused, tried or not, and tells what waits; nothing is closed then', async () => {
    const accountOwnerIds = [seeded.otherId, seeded.ownerId];
    await expect(close({ accountOwnerIds })).rejects.toMatchObject({
      code: 'USAGE_WAITING',
      detail: 'auth0|owner: 1 parked event (no_rate)',
    });
    expect((await readStatement(database.pool, seeded.otherId, MONTH))?.final).toBeUndefined();
    const tried = await close({ accountOwnerIds, isDryRun: true });
    expect(tried.closed.map(({ accountOwnerId }) => accountOwnerId)).toEqual([seeded.otherId]);
    expect(tried.refused).toEqual([
      {
        accountOwnerId: seeded.ownerId,
        code: 'USAGE_WAITING',
        detail: 'auth0|owner: 1 parked event (no_rate)',
        waiting: { ...nothing, parked: [own('no_rate', 1)] },
      },
    ]);
  });

  it('tells what names the account’s user by an alias as the account’s own', async () => {
    await database.pool.query(
      `insert into hopsmeter.user_aliases (hopsworks_cluster_id, alias, user_id, started_at, ended_at)
      values ($1, 'john1234', $2, '-infinity', $4), ($1, 'john1234', $3, $4, null), ($1, $2, $3, '-infinity', null)`,
      [seeded.clusterId, seeded.memberId, seeded.otherId, windowOf(MONTH + 8).start],
    );
    await park({ event: { subject: 'john1234', ...windowOf(MONTH + 7) } });
    await park({ event: { subject: 'john1234', ...windowOf(MONTH + 8) }, reason: 'implausible' });
    expect((await waitingOf()).refused).toEqual({
      [seeded.otherId]: { ...nothing, parked: [own('implausible', 1)] },
      [seeded.ownerId]: { ...nothing, parked: [own('no_rate', 2)] },
    });
  });

  it('names every account that waits when several are named', async () => {
    await park({ event: { subject: seeded.otherId, ...windowOf(MONTH + 7) }, reason: 'implausible' });
    await park({ event: { subject: seeded.otherId, ...windowOf(MONTH + 8) }, reason: 'implausible' });
    await expect(close({ accountOwnerIds: [seeded.otherId, seeded.ownerId] })).rejects.toMatchObject({
      detail: 'auth0|other: 2 parked events (implausible); auth0|owner: 1 parked event (no_rate)',
    });
  });

  it('leaves that account open when everybody is closed, and closes the others', async () => {
    const { closed, refused } = await close();
    expect(closed.map(({ accountOwnerId, waiting }) => [accountOwnerId, waiting])).toEqual([
      [seeded.otherId, undefined],
    ]);
    expect(refused).toMatchObject([{ accountOwnerId: seeded.ownerId, waiting: { parked: [own('no_rate', 1)] } }]);
  });

  it('is done when that is accepted, and the audit log shows with the statement what waited and why', async () => {
    const waiting = { ...nothing, parked: [own('no_rate', 1)] };
    const accepted = { isWaitingAccepted: true, reason: 'agreed to bill it next month' };
    const tried = await close({ ...accepted, isDryRun: true });
    const done = await close(accepted);
    for (const { closed, refused } of [tried, done]) {
      expect(refused).toEqual([]);
      expect(closed.find(({ accountOwnerId }) => accountOwnerId === seeded.ownerId)?.waiting).toEqual(waiting);
    }
    const statement = await readStatement(database.pool, seeded.ownerId, MONTH);
    const { rows } = await database.pool.query(
      `select after -> 'waiting' as waiting, reason from hopsmeter.audit_log
        where action = 'close_month' and entity_id = $1`,
      [statement?.final?.id],
    );
    expect(rows).toEqual([{ waiting, reason: accepted.reason }]);
    // Closed is closed, whatever waits.
    expect((await close({ accountOwnerIds: [seeded.ownerId] })).closed).toMatchObject([{ isNew: false }]);
  });
});

describe('what waits of a month', () => {
  it("is the account's by subject, by project and by what a correction corrects", async () => {
    await use(MONTH + 5, seeded.memberId, 3, 'known');
    const { rows } = await database.pool.query<{ key: string }>(
      `select event_key::text as key from hopsmeter.usage_events where event_id = 'known'`,
    );
    const correction = { type: 'correction', correctedAt: windowOf(THIS_MONTH).start, replacesKey: rows[0]?.key };
    await park({ event: { subject: seeded.ownerId, ...windowOf(MONTH) } });
    await park({ event: { namespace: seeded.namespace, ...windowOf(MONTH + 1) }, reason: 'user_not_on_cluster' });
    await park({ event: correction, reason: 'implausible' });
    await park({ event: { subject: seeded.otherId, ...windowOf(MONTH + 2) }, reason: 'conflict' });
    expect((await waitingOf()).refused).toEqual({
      [seeded.ownerId]: {
        ...nothing,
        parked: [own('implausible', 1), own('no_rate', 1), own('user_not_on_cluster', 1)],
      },
      [seeded.otherId]: { ...nothing, parked: [own('conflict', 1)] },
    });
  });

  it("is everybody's of the cluster when nobody knows whose it is", async () => {
    await database.pool.query(
      `update hopsmeter.user_hopsworks_assignments set started_at = $1::date where user_id = $2`,
      [formatUsageDay(THIS_MONTH), seeded.otherId],
    );
    await park({ event: { namespace: 'new', ...windowOf(MONTH + 1) }, reason: 'unknown_namespace' });
    await park({ event: { subject: 'auth0|new', ...windowOf(MONTH + 1, 5) }, reason: 'unknown_user' });
    const elsewhere = { event: { namespace: 'new', ...windowOf(MONTH + 1) }, reason: 'unknown_namespace' };
    await park({ ...elsewhere, clusterId: seeded.emptyClusterId });
    expect(await waitingOf()).toEqual({
      refused: {
        [seeded.ownerId]: { ...nothing, parked: [nobodys('unknown_namespace', 1), nobodys('unknown_user', 1)] },
      },
      closed: [seeded.otherId],
    });
  });

  it('is of that month: what lies in others, or waits no more, does not hold it up', async () => {
    const event = { subject: seeded.ownerId };
    await park({ event: { ...event, ...windowOf(THIS_MONTH) } });
    await park({ event: { ...event, ...windowOf(MONTH + 1) }, status: 'given_up' });
    await park({ event: { namespace: 'new', ...windowOf(THIS_MONTH) }, reason: 'unknown_namespace' });
    await park({ event: { type: 'manifest', ...windowOf(MONTH + 1) }, reason: 'manifest' });
    await park({ event: { payload: 'x' }, reason: 'unreadable_batch', clusterId: null });
    expect((await waitingOf()).refused).toEqual({});
    await park({ event: { ...event, start: windowOf(MONTH - 1, 23).start, end: windowOf(MONTH).end } });
    await park({ event: { payload: 'x' }, reason: 'unreadable_batch', clusterId: null, parkedAt: windowOf(MONTH).end });
    expect((await waitingOf()).refused).toEqual({
      [seeded.ownerId]: { ...nothing, parked: [own('no_rate', 1), nobodys('unreadable_batch', 1)] },
      [seeded.otherId]: { ...nothing, parked: [nobodys('unreadable_batch', 1)] },
    });
  });

  it('is of closed months too when it came after they were closed, and would be booked in this one', async () => {
    await use(EARLIER, seeded.ownerId);
    const event = { subject: seeded.ownerId, ...windowOf(EARLIER + 3) };
    await park({ event, reason: 'implausible' });
    await close({ month: EARLIER, accountOwnerIds: [seeded.ownerId], isWaitingAccepted: true, reason: 'agreed' });
    expect((await waitingOf()).refused).toEqual({});
    await park({ event });
    expect((await waitingOf()).refused).toEqual({ [seeded.ownerId]: { ...nothing, parked: [own('no_rate', 1)] } });
  });

  it('is hours that a cluster misses, of accounts that were on it then', async () => {
    await use(MONTH + 4, seeded.memberId, 15);
    const range = { from: formatUsageDay(MONTH), to: formatUsageDay(MONTH + 5) };
    await reconcileNow(database.pool, CHANGE, range);
    const hours = { clusterId: seeded.clusterId, clusterName: 'east' };
    // Reported at 12 and 15; days that nobody has compared are not known to miss anything.
    const [all, some] = [
      { ...hours, hours: 10 },
      { ...hours, hours: 2 },
    ];
    await database.pool.query('update hopsmeter.user_hopsworks_assignments set ended_at = $1 where user_id = $2', [
      windowOf(MONTH + 4, 15).start,
      seeded.otherId,
    ]);
    expect((await waitingOf()).refused).toEqual({
      [seeded.ownerId]: { ...nothing, missingHours: [all] },
      [seeded.otherId]: { ...nothing, missingHours: [some] },
    });
    await expect(close({ accountOwnerIds: [seeded.otherId] })).rejects.toMatchObject({
      detail: 'auth0|other: 2 missing hours of east',
    });
  });

  it('is rows that differ from the ledger', async () => {
    await database.pool.query('update hopsmeter.usage_daily set quantity = quantity + 1 where account_owner_id = $1', [
      seeded.ownerId,
    ]);
    await database.pool.query(`update hopsmeter.hopsworks_clusters set status = 'inactive'`);
    const range = { from: formatUsageDay(MONTH), to: formatUsageDay(THIS_MONTH) };
    await reconcileNow(database.pool, CHANGE, range);
    expect(await waitingOf()).toEqual({
      refused: { [seeded.ownerId]: { ...nothing, differences: 1 } },
      closed: [seeded.otherId],
    });
  });
});
