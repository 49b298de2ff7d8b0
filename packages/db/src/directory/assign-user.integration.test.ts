import { createTestDatabase, recordUsage, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { formatTime, MICROS_PER_DAY, MICROS_PER_HOUR, parseTime } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignUser, type Placement } from './assign-user.ts';
import { changeCluster } from './change-cluster.ts';
import { createCluster } from './create-cluster.ts';
import { createUser } from './create-user.ts';
import { listClusters } from './list-clusters.ts';
import { unassignUser } from './unassign-user.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

const addUser = (id: string, accountOwnerId: string | null = null) =>
  createUser(database.pool, CHANGE, { id, email: null, name: null, accountOwnerId });
const addCluster = async (name: string, maxUsers: number) =>
  (await createCluster(database.pool, CHANGE, { name, maxUsers })).value.id;
const assign = (userId: string, clusterId?: string) => assignUser(database.pool, CHANGE, { userId, clusterId });
const counts = async () =>
  Object.fromEntries(
    (await listClusters(database.pool, { limit: 10 })).map(({ name, currentUsers }) => [name, currentUsers]),
  );
const periodsOf = async (userId: string) =>
  (
    await database.pool.query(
      `select name, started_at::text as from, ended_at::text as to
      from hopsmeter.user_hopsworks_assignments
        join hopsmeter.hopsworks_clusters on hopsworks_clusters.id = hopsworks_cluster_id
      where user_id = $1 order by started_at`,
      [userId],
    )
  ).rows;

describe('clusters', () => {
  it('are created once, however often it is asked', async () => {
    const first = await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 2 });
    expect(first).toMatchObject({ isCreated: true, value: { status: 'active', maxUsers: 2, currentUsers: 0 } });
    const again = await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 2 });
    expect(again).toEqual({ isCreated: false, value: first.value });
    await expect(createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 3 })).rejects.toMatchObject({
      code: 'CLUSTER_EXISTS',
    });
  });

  it('are changed, and never to less room than is taken', async () => {
    const id = await addCluster('east', 2);
    await addCluster('west', 2);
    await addUser('a');
    await addUser('b');
    await assign('a', id);
    await assign('b', id);
    expect(await changeCluster(database.pool, CHANGE, id, { name: 'north', status: 'inactive' })).toMatchObject({
      name: 'north',
      status: 'inactive',
      maxUsers: 2,
      currentUsers: 2,
    });
    const full = changeCluster(database.pool, CHANGE, id, { maxUsers: 1 });
    await expect(full).rejects.toMatchObject({ code: 'CLUSTER_FULL' });
    const taken = changeCluster(database.pool, CHANGE, id, { name: 'west' });
    await expect(taken).rejects.toMatchObject({ code: 'CLUSTER_EXISTS' });
    const missing = changeCluster(database.pool, CHANGE, '00000000-0000-0000-0000-000000000000', {});
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await counts()).toEqual({ north: 2, west: 0 });
  });
});

describe('an owner', () => {
  it('gets the active cluster with the fewest users that has room, the first by name among equals', async () => {
    const inactive = await addCluster('a-inactive', 10);
    await changeCluster(database.pool, CHANGE, inactive, { status: 'inactive' });
    await addCluster('d', 10);
    await addCluster('c', 10);
    await addCluster('b', 1);
    const names: string[] = [];
    for (const user of ['1', '2', '3', '4', '5']) {
      await addUser(user);
      await assign(user);
      names.push((await periodsOf(user))[0]?.name);
    }
    expect(names).toEqual(['b', 'c', 'd', 'c', 'd']);
  });

  it('stays where they are when asked again', async () => {
    const east = await addCluster('east', 1);
    await addUser('a');
    const first = await assign('a');
    expect(first).toMatchObject({ isCreated: true, value: { clusterId: east, startedAt: null, endedAt: null } });
    expect(await assign('a')).toEqual({ isCreated: false, value: first.value });
    expect(await assign('a', east)).toEqual({ isCreated: false, value: first.value });
  });

  it('is told why when there is no place', async () => {
    const [east, west] = [await addCluster('east', 1), await addCluster('west', 1)];
    await addUser('a');
    await addUser('b');
    await assign('a', east);
    await expect(assign('b', east)).rejects.toMatchObject({ code: 'CLUSTER_FULL' });
    await changeCluster(database.pool, CHANGE, west, { status: 'inactive' });
    await expect(assign('b', west)).rejects.toMatchObject({ code: 'CLUSTER_INACTIVE' });
    await expect(assign('b')).rejects.toMatchObject({ code: 'NO_CLUSTER_WITH_ROOM' });
    await expect(assign('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(assign('b', '00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
  });
});

describe('a member', () => {
  it('follows the owner', async () => {
    const [east, west] = [await addCluster('east', 10), await addCluster('west', 10)];
    await addUser('owner');
    await addUser('member', 'owner');
    await expect(assign('member')).rejects.toMatchObject({ code: 'OWNER_NOT_ASSIGNED' });
    await assign('owner', west);
    await expect(assign('member', east)).rejects.toMatchObject({ code: 'MEMBER_FOLLOWS_OWNER' });
    expect((await assign('member')).value.clusterId).toBe(west);
    await expect(assign('member', east)).rejects.toMatchObject({ code: 'MEMBER_FOLLOWS_OWNER' });
  });

  it('moves along with the owner, or neither moves', async () => {
    const [east, west] = [await addCluster('east', 10), await addCluster('west', 1)];
    for (const id of ['owner', 'member', 'idle']) await addUser(id, id === 'owner' ? null : 'owner');
    await assign('owner', east);
    await assign('member');
    await expect(assign('owner', west)).rejects.toMatchObject({ code: 'CLUSTER_FULL' });
    expect(await counts()).toEqual({ east: 2, west: 0 });
    await changeCluster(database.pool, CHANGE, west, { maxUsers: 2 });
    await assign('owner', west);
    expect(await counts()).toEqual({ east: 0, west: 2 });
    expect(await periodsOf('idle')).toEqual([]);
    expect(await unassignUser(database.pool, CHANGE, { userId: 'owner' })).toMatchObject({ clusterId: west });
    expect(await unassignUser(database.pool, CHANGE, { userId: 'owner' })).toBeUndefined();
    expect(await counts()).toEqual({ east: 0, west: 0 });
  });
});

describe('a move', () => {
  it('keeps the past: usage of each side is counted on its cluster', async () => {
    const [east, west] = [await addCluster('east', 1), await addCluster('west', 1)];
    await addUser('a');
    await assign('a', east);
    const { startedAt } = (await assign('a', west)).value;
    const periods = await periodsOf('a');
    expect(periods.map(({ name }) => name)).toEqual(['east', 'west']);
    expect(periods[0]).toMatchObject({ from: '-infinity', to: periods[1]?.from });
    const at = parseTime(startedAt ?? '') ?? Number.NaN;
    const report = (clusterId: string, start: number) =>
      recordUsage(database.pool, [
        { id: `${clusterId} ${start}`, clusterId, subject: 'a', start, end: start + MICROS_PER_HOUR, quantity: '1' },
      ]);
    // Its hour is countable on both clusters.
    expect(await report(east, at - 1)).toMatchObject({ counted: 1 });
    expect(await report(east, at)).toMatchObject({ parked: 1 });
    expect(await report(west, at - MICROS_PER_HOUR)).toMatchObject({ parked: 1 });
    expect(await report(west, at - MICROS_PER_HOUR + 1)).toMatchObject({ counted: 1 });
    expect(await report(west, at)).toMatchObject({ counted: 1 });
    await unassignUser(database.pool, CHANGE, { userId: 'a' });
    await assign('a', east);
    expect((await periodsOf('a')).map(({ name }) => name)).toEqual(['east', 'west', 'east']);
    expect(await counts()).toEqual({ east: 1, west: 0 });
  });

  it('frees the place that was left', async () => {
    const [east, west] = [await addCluster('east', 1), await addCluster('west', 1)];
    await addUser('a');
    await addUser('b');
    await assign('a', east);
    await assign('a', west);
    await assign('b', east);
    await expect(assign('b', west)).rejects.toMatchObject({ code: 'CLUSTER_FULL' });
  });
});

describe('an assignment in the past', () => {
  const yesterday = Math.floor(Date.now() / 86_400_000 - 1) * MICROS_PER_DAY;
  const hour = (hours: number) => formatTime(yesterday + hours * MICROS_PER_HOUR);
  const place = (clusterId: string | undefined, wanted: Partial<Placement>) =>
    assignUser(database.pool, CHANGE, { userId: 'a', clusterId, reason: 'said too late', ...wanted });
  const report = (clusterId: string, at: number, id = `${clusterId} ${at}`) =>
    recordUsage(database.pool, [
      {
        id,
        clusterId,
        subject: 'a',
        start: yesterday + at * MICROS_PER_HOUR,
        end: yesterday + (at + 1) * MICROS_PER_HOUR,
        quantity: '1',
      },
    ]);
  const namesOf = async () => (await periodsOf('a')).map(({ name }) => name);

  it('is from then on: usage of the hour of the move is countable on both clusters', async () => {
    const [east, west] = [await addCluster('east', 1), await addCluster('west', 1)];
    await addUser('a');
    await assign('a', east);
    await expect(place(west, { from: hour(13.3), reason: undefined })).rejects.toMatchObject({
      code: 'REASON_REQUIRED',
    });
    await place(west, { from: hour(13.3), isDryRun: true });
    expect(await namesOf()).toEqual(['east']);
    const { value } = await place(west, { from: hour(13.3) });
    expect(value).toMatchObject({ clusterId: west, endedAt: null });
    expect(await place(west, { from: hour(13.3) })).toEqual({ isCreated: false, value });
    expect(await counts()).toEqual({ east: 0, west: 1 });
    expect(await report(east, 13)).toMatchObject({ counted: 1 });
    expect(await report(west, 13)).toMatchObject({ counted: 1 });
    expect(await report(east, 14)).toMatchObject({ parked: 1 });
    expect(await report(west, 12)).toMatchObject({ parked: 1 });
    // What is counted stays: the hour of the move cannot be all on the new cluster any more.
    await expect(place(west, { from: hour(12.5) })).rejects.toMatchObject({ code: 'USAGE_COUNTED_LATER' });
    await place(west, { from: hour(12.5), until: hour(13) });
    expect(await report(west, 12, 'again')).toMatchObject({ counted: 1 });
  });

  it('of some time divides the history around it, and joins what is the same', async () => {
    const [east, west] = [await addCluster('east', 1), await addCluster('west', 1)];
    await addUser('a');
    await assign('a', east);
    await place(west, { from: hour(2), until: hour(4) });
    expect(await namesOf()).toEqual(['east', 'west', 'east']);
    expect(await report(west, 3)).toMatchObject({ counted: 1 });
    await place(west, { from: hour(4), until: hour(6) });
    expect((await periodsOf('a'))[1]?.to).toBe((await periodsOf('a'))[2]?.from);
    expect(await namesOf()).toEqual(['east', 'west', 'east']);
    await place(east, { from: hour(5), until: hour(6) });
    await place(east, { from: hour(4), until: hour(5) });
    expect(await namesOf()).toEqual(['east', 'west', 'east']);
    await expect(place(east, { from: hour(2), until: hour(4) })).rejects.toMatchObject({ code: 'USAGE_COUNTED_LATER' });
    await expect(place(east, { from: hour(4), until: hour(4) })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(place(east, { until: hour(4) })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('that ended earlier leaves no counted usage behind, and takes members along', async () => {
    const east = await addCluster('east', 5);
    await addUser('a');
    await addUser('member', 'a');
    await assign('a', east);
    await assign('member');
    await report(east, 13);
    const end = (from: string) => unassignUser(database.pool, CHANGE, { userId: 'a', from, reason: 'said too late' });
    await expect(end(hour(13))).rejects.toMatchObject({ code: 'USAGE_COUNTED_LATER' });
    expect(await end(hour(13.3))).toMatchObject({ clusterId: east });
    expect(await counts()).toEqual({ east: 0 });
    expect((await periodsOf('member')).map(({ to }) => to)).toEqual((await periodsOf('a')).map(({ to }) => to));
    expect(await report(east, 14)).toMatchObject({ parked: 1 });
    const { rows } = await database.pool.query(
      `select entity_id as user, reason from hopsmeter.audit_log where action = 'unassign_user' order by 1`,
    );
    expect(rows).toEqual([
      { user: 'a', reason: 'said too late' },
      { user: 'member', reason: 'said too late' },
    ]);
  });
});

describe('50 at the same time', () => {
  const users = Array.from({ length: 50 }, (_, i) => `user ${i}`);
  const outcomesOf = (outcomes: readonly PromiseSettledResult<unknown>[]) => {
    const tally: Record<string, number> = {};
    for (const outcome of outcomes) {
      const key = outcome.status === 'fulfilled' ? 'assigned' : outcome.reason.code;
      tally[key] = (tally[key] ?? 0) + 1;
    }
    return tally;
  };

  it('get exactly the 10 places of a cluster', async () => {
    const east = await addCluster('east', 10);
    for (const user of users) await addUser(user);
    const outcomes = await Promise.allSettled(users.map((user) => assign(user, east)));
    expect(outcomesOf(outcomes)).toEqual({ assigned: 10, CLUSTER_FULL: 40 });
    expect(await counts()).toEqual({ east: 10 });
  });

  it('get exactly the 10 places of two clusters', async () => {
    await addCluster('east', 3);
    await addCluster('west', 7);
    for (const user of users) await addUser(user);
    const outcomes = await Promise.allSettled(users.map((user) => assign(user)));
    expect(outcomesOf(outcomes)).toEqual({ assigned: 10, NO_CLUSTER_WITH_ROOM: 40 });
    expect(await counts()).toEqual({ east: 3, west: 7 });
  });

  it('are one assignment when it is always the same user', async () => {
    await addCluster('east', 10);
    await addUser('a');
    const outcomes = await Promise.all(users.map(() => assign('a')));
    expect(outcomes.filter(({ isCreated }) => isCreated)).toHaveLength(1);
    expect(await counts()).toEqual({ east: 1 });
  });
});
