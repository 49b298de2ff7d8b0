import {
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listAuditLog } from '../audit/list-audit-log.ts';
import { endAlias } from './end-alias.ts';
import { listAliases } from './list-aliases.ts';
import type { AliasRow } from './read-alias.ts';
import { type NewAlias, setAlias } from './set-alias.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const HOUR_1 = '2026-11-22T13:00:00.000000Z';
const HOUR_2 = '2026-11-22T14:00:00.000000Z';
const HOUR_3 = '2026-11-22T15:00:00.000000Z';

let database: TestDatabase;
let seeded: SeededDirectory;
let alias = '';
let aliasCount = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(async () => {
  aliasCount += 1;
  alias = `john${aliasCount}`;
  await database.pool.query(
    'truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.usage_batches, hopsmeter.parked_events',
  );
});
afterAll(() => database?.close());

const set = (changes: Partial<NewAlias> = {}) =>
  setAlias(database.pool, CHANGE, {
    clusterId: seeded.clusterId,
    alias,
    userId: seeded.memberId,
    reason: 'the admin of the cluster told us',
    ...changes,
  });

const end = (aliasId: string, at?: string) => endAlias(database.pool, CHANGE, { aliasId, at, reason: 'left' });

async function use(id: string, start: string, stop: string, quantity = '1') {
  const window = { start: parseTime(start) ?? 0, end: parseTime(stop) ?? 0 };
  const usage = { id, clusterId: seeded.clusterId, subject: alias, quantity, ...window };
  return recordUsage(database.pool, [usage]);
}

const holders = async (): Promise<Pick<AliasRow, 'userId' | 'startedAt' | 'endedAt'>[]> =>
  (await listAliases(database.pool, { clusterId: seeded.clusterId, alias, limit: 10 }))
    .toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1))
    .map(({ userId, startedAt, endedAt }) => ({ userId, startedAt, endedAt }));

const totals = async () =>
  (
    await database.pool.query(
      `select user_id as user, trim_scale(sum(quantity))::text as hours from hopsmeter.usage_daily
        group by user_id order by user_id`,
    )
  ).rows;

describe('an alias', () => {
  it('is always its user’s when nobody had it, and asked for again it is the one that is there', async () => {
    const { isCreated, value } = await set();
    expect(isCreated).toBe(true);
    expect(value).toEqual({
      id: expect.any(String),
      clusterId: seeded.clusterId,
      alias,
      userId: seeded.memberId,
      startedAt: null,
      endedAt: null,
    });
    expect(await set()).toEqual({ isCreated: false, value });
    // A user may have several on a cluster, and a name may be somebody else's on another cluster.
    expect((await set({ alias: `${alias}-too` })).isCreated).toBe(true);
    expect((await set({ clusterId: seeded.emptyClusterId, userId: seeded.otherId })).isCreated).toBe(true);
    const log = await listAuditLog(database.pool, { entity: 'user_aliases', entityId: value.id, limit: 10 });
    expect(log).toMatchObject([{ action: 'set_alias', after: value, reason: 'the admin of the cluster told us' }]);
  });

  it('does not give way to another user, whoever asks at the same time', async () => {
    const asked = await Promise.allSettled(
      [seeded.memberId, seeded.otherId, seeded.ownerId].map((userId) => set({ userId })),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of asked)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ALIAS_TAKEN' });
    expect(await holders()).toHaveLength(1);
  });

  it('is of known users and clusters, and of time that has passed', async () => {
    await expect(set({ userId: 'auth0|nobody' })).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
    await expect(set({ clusterId: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
    await expect(set({ startedAt: '2999-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'MOMENT_IN_FUTURE' });
    await expect(set({ startedAt: HOUR_2, endedAt: HOUR_1 })).rejects.toMatchObject({ code: 'MOMENT_TOO_OLD' });
    await expect(end('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await holders()).toEqual([]);
  });

  it('can be used again after its end, from where the user before lost it', async () => {
    const { value } = await set();
    const ended = await end(value.id, HOUR_1);
    expect(ended).toEqual({ ...value, endedAt: HOUR_1 });
    expect(await end(value.id)).toEqual(ended);
    await set({ userId: seeded.otherId });
    expect(await holders()).toEqual([
      { userId: seeded.memberId, startedAt: null, endedAt: HOUR_1 },
      { userId: seeded.otherId, startedAt: HOUR_1, endedAt: null },
    ]);
    await expect(end(value.id, HOUR_2)).rejects.toMatchObject({ code: 'ALIAS_TAKEN' });
    const log = await listAuditLog(database.pool, { entity: 'user_aliases', entityId: value.id, limit: 10 });
    expect(log[0]).toMatchObject({ action: 'end_alias', before: value, after: ended, reason: 'left' });
  });

  it('brings late usage to whoever had the name when it took place', async () => {
    const { value } = await set();
    await end(value.id, HOUR_2);
    await set({ userId: seeded.otherId });
    await use('new', HOUR_2, HOUR_3, '4');
    await use('late', HOUR_1, HOUR_2, '2');
    await use('across', '2026-11-22T13:50:00Z', '2026-11-22T14:50:00Z', '8');
    expect(await totals()).toEqual([
      { user: seeded.memberId, hours: '2' },
      { user: seeded.otherId, hours: '12' },
    ]);
  });
});

describe('usage that an alias brought', () => {
  it('stays its user’s: the alias ends after it, and is nobody else’s before', async () => {
    const { value } = await set();
    expect(await use('e', HOUR_1, HOUR_2)).toMatchObject({ counted: 1 });
    for (const at of [HOUR_1, '2026-11-22T13:59:59.999999Z'])
      await expect(end(value.id, at)).rejects.toMatchObject({
        code: 'USAGE_COUNTED_LATER',
        detail: `usage until ${HOUR_2} is counted by an alias of ${seeded.memberId}`,
      });
    expect(await end(value.id, HOUR_2)).toMatchObject({ endedAt: HOUR_2 });
    await set({ userId: seeded.otherId });
    expect(await totals()).toEqual([{ user: seeded.memberId, hours: '1' }]);
  });

  it('leaves no part of its window to somebody who is said to have had the name then', async () => {
    const { value } = await set({ startedAt: HOUR_2 });
    await use('e', HOUR_1, HOUR_3);
    await expect(set({ userId: seeded.otherId, startedAt: HOUR_1, endedAt: HOUR_2 })).rejects.toMatchObject({
      code: 'USAGE_COUNTED_LATER',
    });
    await expect(end(value.id, '2026-11-22T14:30:00Z')).rejects.toMatchObject({ code: 'USAGE_COUNTED_LATER' });
    expect((await set({ userId: seeded.otherId, startedAt: '2026-11-01T00:00:00Z', endedAt: HOUR_1 })).isCreated).toBe(
      true,
    );
  });

  it('counted for its user after the name was lost lets the next one have it after that window', async () => {
    const { value } = await set();
    await end(value.id, '2026-11-22T14:20:00Z');
    await use('e', HOUR_2, HOUR_3);
    await expect(set({ userId: seeded.otherId, startedAt: '2026-11-22T14:20:00Z' })).rejects.toMatchObject({
      code: 'USAGE_COUNTED_LATER',
    });
    expect((await set({ userId: seeded.otherId })).value).toMatchObject({ startedAt: HOUR_3, endedAt: null });
    expect(await totals()).toEqual([{ user: seeded.memberId, hours: '1' }]);
  });

  it('without an end that somebody says ends after the last window that it brought', async () => {
    const { value } = await set();
    const [clock] = (
      await database.pool.query<{ now: string }>(
        `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
      )
    ).rows;
    const ahead = new Date(Date.parse(clock?.now ?? '') + 240_000).toISOString();
    await use('e', clock?.now ?? '', ahead);
    expect(Date.parse((await end(value.id)).endedAt ?? '')).toBe(Date.parse(ahead));
    // The next one begins ahead of our clock, and never ends before.
    const { value: next } = await set({ userId: seeded.otherId });
    expect(Date.parse((await end(next.id)).endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ahead));
  });

  it('does not hold an alias that it was by mistake, once it is void', async () => {
    const { value } = await set();
    await use('e', HOUR_1, HOUR_2);
    // What a correction that voids the event adds to the ledger.
    await database.pool.query(
      `with original as (select * from hopsmeter.usage_events where event_id = 'e'),
      chain as (
        insert into hopsmeter.corrections
          (event_key, root_event_key, replaces_event_key, event_id, corrected_at, quantities)
        select gen_random_uuid(), event_key, event_key, 'void', now(), '{}' from original returning event_key
      )
      insert into hopsmeter.usage_events
        (event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path,
          event_id, event_type, account_owner_id, user_id, attributed_by, window_started_at, window_ended_at, meters,
          quantities, adjustment)
      select chain.event_key, 0, usage_date, 2, usage_batch_id, 1, hopsworks_cluster_id, source_path, 'void',
        'correction', account_owner_id, user_id, attributed_by, window_started_at, window_ended_at, meters,
        array[-quantities[1]], 'reversal'
      from original, chain`,
    );
    expect(await end(value.id, HOUR_1)).toMatchObject({ endedAt: HOUR_1 });
    expect((await set({ userId: seeded.otherId })).value).toMatchObject({ startedAt: HOUR_1 });
  });
});
