import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { createDirectory, formatTime, MICROS_PER_DAY, MICROS_PER_HOUR, parseTime } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assignUser } from './assign-user.ts';
import { changeOwner, type OwnerChange } from './change-owner.ts';
import { changeUser } from './change-user.ts';
import { createCluster } from './create-cluster.ts';
import { createUser, type NewUser } from './create-user.ts';
import { loadDirectory } from './load-directory.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const ACCOUNTS = ['auth0|a', 'auth0|b', 'auth0|c'] as const;
const [A, B, C] = ACCOUNTS;
const M = 'auth0|m';

let database: TestDatabase;
let clusterId: string;
/** Noon of a day some weeks ago. */
let noon: number;

const user = (id: string, accountOwnerId: string | null = null): NewUser => ({
  id,
  email: null,
  name: null,
  accountOwnerId,
});

const change = (wanted: Partial<OwnerChange>) =>
  changeOwner(database.pool, CHANGE, { userId: M, accountOwnerId: B, reason: 'agreed with both', ...wanted });

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

const hour = (id: string, start: number, changes: object = {}) => ({
  id,
  clusterId,
  subject: M,
  start,
  end: start + MICROS_PER_HOUR,
  quantity: '1.5',
  ...changes,
});

/** Which account has how much, over everything. */
const totals = async () =>
  Object.fromEntries(
    (
      await rowsOf<{ id: string; quantity: string }>(
        `select account_owner_id as id, sum(quantity)::numeric(38, 12)::text as quantity from hopsmeter.usage_daily
          group by 1`,
      )
    ).map(({ id, quantity }) => [id, quantity]),
  );

const historyOf = (userId: string) =>
  rowsOf<{ owner: string; from: string; to: string | null }>(
    `select account_owner_id as owner, started_at::text as from, ended_at::text as to from hopsmeter.account_ownerships
    where user_id = $1 order by started_at`,
    [userId],
  );

const countAudit = async () =>
  Number((await rowsOf<{ count: string }>('select count(*) from hopsmeter.audit_log'))[0]?.count);

beforeAll(() => {
  const now = Date.now() * 1_000;
  noon = now - (now % MICROS_PER_DAY) - 20 * MICROS_PER_DAY + 12 * MICROS_PER_HOUR;
});
beforeEach(async () => {
  database = await createTestDatabase();
  for (const id of ACCOUNTS) await createUser(database.pool, CHANGE, user(id));
  await createUser(database.pool, CHANGE, user(M, A));
  clusterId = (await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 100 })).value.id;
  await assignUser(database.pool, CHANGE, { userId: A });
  await assignUser(database.pool, CHANGE, { userId: M });
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
  for (const { id } of await rowsOf<{ id: string }>('select id from hopsmeter.users')) {
    const history = await historyOf(id);
    expect(history[0]?.from).toBe('-infinity');
    expect(history.slice(1).map(({ from }) => from)).toEqual(history.slice(0, -1).map(({ to }) => to));
    expect(history.at(-1)?.to).toBeNull();
    for (const [place, { owner }] of history.entries()) expect(owner).not.toBe(history[place + 1]?.owner);
  }
  expect(
    await rowsOf(`select from hopsmeter.users join hopsmeter.account_ownerships on user_id = users.id
      and ended_at is null
      where coalesce(users.account_owner_id, users.id) <> account_ownerships.account_owner_id`),
  ).toEqual([]);
  await database.close();
});
afterAll(() => database?.close().catch(() => undefined));

describe('users', () => {
  it('are created once, however often it is asked', async () => {
    const wanted = { id: 'auth0|new', email: 'new@example.com', name: 'New', accountOwnerId: A };
    const first = await createUser(database.pool, CHANGE, wanted);
    expect(first).toMatchObject({ isCreated: true, value: { ...wanted, clusterId: null } });
    const count = await countAudit();
    expect(await createUser(database.pool, CHANGE, wanted)).toEqual({ isCreated: false, value: first.value });
    expect(await countAudit()).toBe(count);
    for (const other of [{ email: null }, { name: 'Other' }, { accountOwnerId: null }])
      await expect(createUser(database.pool, CHANGE, { ...wanted, ...other })).rejects.toMatchObject({
        code: 'USER_EXISTS',
      });
  });

  it('are created once by two at the same time', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => createUser(database.pool, CHANGE, user('auth0|race'))));
    expect(outcomes.map(({ isCreated }) => isCreated).sort()).toEqual([false, false, true]);
  });

  it('have two levels only', async () => {
    await expect(createUser(database.pool, CHANGE, user('auth0|x', M))).rejects.toMatchObject({ code: 'TWO_LEVELS' });
    await expect(createUser(database.pool, CHANGE, user('auth0|x', 'auth0|x'))).rejects.toMatchObject({
      code: 'TWO_LEVELS',
    });
    await expect(createUser(database.pool, CHANGE, user('auth0|x', 'auth0|nobody'))).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
    expect(await rowsOf(`select from hopsmeter.users where id = 'auth0|x'`)).toEqual([]);
  });

  it('are called otherwise, and the log says who did it', async () => {
    await changeUser(database.pool, CHANGE, M, { name: 'Mary', email: 'mary@example.com' });
    await changeUser(database.pool, CHANGE, M, { email: null });
    await changeUser(database.pool, CHANGE, M, { name: 'Mary' });
    await expect(changeUser(database.pool, CHANGE, 'auth0|nobody', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await rowsOf(
        `select actor_kind, actor_id, before, after, request_id from hopsmeter.audit_log where action = 'change_user'
        order by happened_at`,
      ),
    ).toEqual([
      {
        actor_kind: 'staff',
        actor_id: 'auth0|staff',
        before: { billingAddress: null, name: null, email: null },
        after: { billingAddress: null, name: 'Mary', email: 'mary@example.com' },
        request_id: 'request-1',
      },
      {
        actor_kind: 'staff',
        actor_id: 'auth0|staff',
        before: { billingAddress: null, name: 'Mary', email: 'mary@example.com' },
        after: { billingAddress: null, name: 'Mary', email: null },
        request_id: 'request-1',
      },
    ]);
  });
});

describe('a change of owner', () => {
  it('from now on leaves the past with the old owner', async () => {
    await recordUsage(database.pool, [hour('before', noon)]);
    const { user: changed, eventCount } = await change({ reason: undefined });
    expect([changed.accountOwnerId, eventCount]).toEqual([B, 0]);
    const now = Date.now() * 1_000;
    await recordUsage(database.pool, [hour('late', noon + 1), hour('after', now, { end: now })]);
    expect(await totals()).toEqual({ [A]: '3.000000000000', [B]: '1.500000000000' });
  });

  it('from now on takes along what is ahead of our clock', async () => {
    const ahead = Date.now() * 1_000 + 120_000_000;
    await recordUsage(database.pool, [hour('ahead', ahead, { end: ahead })]);
    expect((await change({ reason: undefined })).eventCount).toBe(1);
    expect(await totals()).toEqual({ [B]: '1.500000000000' });
  });

  it('in the past moves usage, rollup and cost, and reports them exactly', async () => {
    await recordUsage(database.pool, [
      hour('before', noon - 1),
      hour('at', noon),
      hour('storage', noon + 1, { meter: 'online_storage_gb_hours', quantity: '0.000000000001' }),
      hour('midnight', noon + 11.5 * MICROS_PER_HOUR),
      hour('own', noon, { subject: A, quantity: '7' }),
    ]);
    const changed = await change({ from: formatTime(noon) });
    expect(changed).toMatchObject({
      eventCount: 3,
      from: `${formatTime(noon).slice(0, 19)}.000000Z`,
      moved: [
        { accountOwnerId: A, meter: 'cpu_hours', quantity: '-3.000000000000', cost: '-1.050000000000' },
        { accountOwnerId: A, meter: 'online_storage_gb_hours', quantity: '-0.000000000001', cost: '0.000000000000' },
        { accountOwnerId: B, meter: 'cpu_hours', quantity: '3.000000000000', cost: '1.050000000000' },
        { accountOwnerId: B, meter: 'online_storage_gb_hours', quantity: '0.000000000001', cost: '0.000000000000' },
      ],
    });
    expect(await totals()).toEqual({ [A]: '8.500000000000', [B]: '3.000000000001' });
    const [entry] = await rowsOf<{ reason: string; after: object }>(
      `select reason, after from hopsmeter.audit_log where action = 'change_owner'`,
    );
    expect(entry?.reason).toBe('agreed with both');
    expect(entry?.after).toMatchObject({ accountOwnerId: B, eventCount: 3, moved: changed.moved });
  });

  it('prices moved usage by the rate of its day', async () => {
    const day = formatTime(noon).slice(0, 10);
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'cpu_hours', $1::date, 2 from hopsmeter.rate_cards where is_default`,
      [day],
    );
    await recordUsage(database.pool, [hour('cheap', noon - MICROS_PER_DAY), hour('dear', noon)]);
    const { moved } = await change({ from: formatTime(noon - 2 * MICROS_PER_DAY) });
    expect(moved).toEqual([
      { accountOwnerId: A, meter: 'cpu_hours', quantity: '-3.000000000000', cost: '-3.525000000000' },
      { accountOwnerId: B, meter: 'cpu_hours', quantity: '3.000000000000', cost: '3.525000000000' },
    ]);
  });

  it('replaces what the history said of the time since', async () => {
    await change({ accountOwnerId: B, from: formatTime(noon) });
    await change({ accountOwnerId: C, from: formatTime(noon + MICROS_PER_DAY) });
    await change({ accountOwnerId: null, from: formatTime(noon + 2 * MICROS_PER_DAY) });
    expect((await historyOf(M)).map(({ owner }) => owner)).toEqual([A, B, C, M]);
    await change({ accountOwnerId: C, from: formatTime(noon - MICROS_PER_DAY) });
    expect((await historyOf(M)).map(({ owner }) => owner)).toEqual([A, C]);
    // Continued where the owner before is the same.
    await change({ accountOwnerId: A, from: formatTime(noon) });
    await change({ accountOwnerId: C, from: formatTime(noon) });
    expect((await historyOf(M)).map(({ owner }) => owner)).toEqual([A, C]);
    await change({ accountOwnerId: A, from: formatTime(noon - 2 * MICROS_PER_DAY) });
    expect((await historyOf(M)).map(({ owner }) => owner)).toEqual([A]);
  });

  it('asked twice changes nothing the second time', async () => {
    await recordUsage(database.pool, [hour('once', noon)]);
    await change({ from: formatTime(noon) });
    const count = await countAudit();
    const [version] = await rowsOf('select version from hopsmeter.directory_versions');
    expect(await change({ from: formatTime(noon) })).toMatchObject({ eventCount: 0, moved: [] });
    expect(await countAudit()).toBe(count);
    expect(await rowsOf('select version from hopsmeter.directory_versions')).toEqual([version]);
  });

  it('tells without changing anything when it is only tried', async () => {
    await recordUsage(database.pool, [hour('try', noon)]);
    const look = async () => [
      await totals(),
      await historyOf(M),
      await countAudit(),
      await rowsOf('table hopsmeter.directory_versions'),
    ];
    const before = await look();
    const tried = await change({ from: formatTime(noon), isDryRun: true });
    expect(await look()).toEqual(before);
    expect(await change({ from: formatTime(noon) })).toEqual(tried);
  });

  it('needs a reason, and a moment that is neither ahead nor too old', async () => {
    const from = formatTime(noon);
    await expect(change({ from, reason: undefined })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(change({ from, reason: '  ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    const tomorrow = formatTime(Date.now() * 1_000 + MICROS_PER_DAY);
    await expect(change({ from: tomorrow })).rejects.toMatchObject({ code: 'MOMENT_IN_FUTURE' });
    const old = formatTime(Date.now() * 1_000 - 401 * MICROS_PER_DAY);
    await expect(change({ from: old })).rejects.toMatchObject({ code: 'MOMENT_TOO_OLD' });
  });

  it('knows whom it is about', async () => {
    await expect(change({ userId: 'auth0|nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change({ accountOwnerId: 'auth0|nobody' })).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  });

  it('keeps two levels at every moment since, not only now', async () => {
    const two = { code: 'TWO_LEVELS' };
    await expect(change({ accountOwnerId: M })).rejects.toMatchObject(two);
    await expect(change({ userId: B, accountOwnerId: M })).rejects.toMatchObject(two);
    await expect(change({ userId: A, accountOwnerId: B })).rejects.toMatchObject(two);
    // M leaves now: A has no members any more, but had one at noon; M is an owner, but was a member at noon.
    await change({ accountOwnerId: null });
    await expect(change({ userId: A, accountOwnerId: B, from: formatTime(noon) })).rejects.toMatchObject(two);
    await expect(change({ userId: B, accountOwnerId: M, from: formatTime(noon) })).rejects.toMatchObject(two);
    await change({ userId: A, accountOwnerId: B });
    expect((await historyOf(A)).map(({ owner }) => owner)).toEqual([A, B]);
  });

  it('keeps two levels when two are changed at the same time', async () => {
    const outcomes = await Promise.allSettled([
      change({ userId: B, accountOwnerId: C }),
      change({ userId: C, accountOwnerId: B }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'TWO_LEVELS' } });
  });

  it('by plain SQL keeps a history in the order of the commits', async () => {
    const [first, second] = [await database.pool.connect(), await database.pool.connect()];
    try {
      // The first transaction begins earlier and changes later.
      await first.query('begin');
      await first.query('select now()');
      await second.query('update hopsmeter.users set account_owner_id = $1 where id = $2', [B, M]);
      await first.query('update hopsmeter.users set account_owner_id = $1 where id = $2', [C, M]);
      await first.query('commit');
    } finally {
      first.release(true);
      second.release(true);
    }
    expect((await historyOf(M)).map(({ owner }) => owner)).toEqual([A, B, C]);
  });
});

describe('batches that are recorded while owners change', () => {
  it('are attributed by the history that holds in the end', async () => {
    const OWNERS = [A, B, C, null];
    const stale = createDirectory(await loadDirectory(database.pool));
    let refusedCount = 0;
    const record = async (worker: number): Promise<void> => {
      for (let batch = 0; batch < 15; batch++) {
        const usages = Array.from({ length: 20 }, (_, i) =>
          hour(`${worker} ${batch} ${i}`, noon + ((worker * 977 + batch * 61 + i * 7) % 96) * MICROS_PER_HOUR),
        );
        refusedCount += (await recordUsage(database.pool, usages, stale)).refusedCount;
      }
    };
    const changeOften = async (changer: number): Promise<void> => {
      for (let i = 0; i < 15; i++)
        await change({
          accountOwnerId: OWNERS[(changer + i * 3) % OWNERS.length] ?? null,
          from: formatTime(noon + ((changer * 31 + i * 17) % 96) * MICROS_PER_HOUR),
        });
    };
    await Promise.all([record(1), record(2), record(3), changeOften(1), changeOften(2)]);
    expect(refusedCount).toBeGreaterThan(0);
    expect(
      await rowsOf(`select event_id from hopsmeter.usage_events as event where account_owner_id <> (
        select account_owner_id from hopsmeter.account_ownerships where user_id = event.user_id
          and tstzrange(started_at, ended_at) @> event.window_started_at)`),
    ).toEqual([]);
    const sums = Object.values(await totals()).map((quantity) => Number(quantity));
    expect(sums.reduce((sum, quantity) => sum + quantity, 0)).toBe(3 * 15 * 20 * 1.5);
    expect(parseTime(formatTime(noon))).toBe(noon);
  });
});
