import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { formatTime, MICROS_PER_DAY, MICROS_PER_HOUR, parseTime } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignUser } from './assign-user.ts';
import { changeOwner } from './change-owner.ts';
import { changeProject } from './change-project.ts';
import { createCluster } from './create-cluster.ts';
import { createProject, type NewProject } from './create-project.ts';
import { createUser } from './create-user.ts';
import { endProject } from './end-project.ts';
import { type HandOver, handOverProject } from './hand-over-project.ts';
import { listProjects } from './list-projects.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;

let database: TestDatabase;
let clusterId: string;
let noon: number;

beforeEach(async () => {
  const now = Date.now() * 1_000;
  noon = now - (now % MICROS_PER_DAY) - 20 * MICROS_PER_DAY + 12 * MICROS_PER_HOUR;
  database = await createTestDatabase();
  clusterId = (await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 100 })).value.id;
  for (const [id, accountOwnerId] of [
    ['ada', null],
    ['bob', null],
    ['mia', 'bob'],
  ] as const) {
    await createUser(database.pool, CHANGE, { id, email: null, name: null, accountOwnerId });
    await assignUser(database.pool, CHANGE, { userId: id });
  }
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
  await database.close();
});

const create = (userId: string, startedAt?: string, namespace = 'ml', wanted: Partial<NewProject> = {}) =>
  createProject(database.pool, CHANGE, { clusterId, namespace, userId, startedAt, ...wanted });
const end = async (projectId: string, at?: string, reason?: string) =>
  (await endProject(database.pool, CHANGE, { projectId, at, reason })).project;
const change = (projectId: string, wanted: { startedAt?: string | null; endedAt?: string | null }) =>
  changeProject(database.pool, CHANGE, { projectId, reason: 'it was said wrong', ...wanted });
const handOver = (projectId: string, userId: string, wanted: Partial<HandOver> = {}) =>
  handOverProject(database.pool, CHANGE, { projectId, userId, reason: 'ada has left', ...wanted });
let nextId = 0;
const report = (start: number, changes: object = {}) =>
  recordUsage(database.pool, [
    {
      id: `event ${nextId++}`,
      clusterId,
      namespace: 'ml',
      start,
      end: start + MICROS_PER_HOUR,
      quantity: '1',
      ...changes,
    },
  ]);
const micros = (text: string | null) => parseTime(text ?? '') ?? Number.NaN;
const billed = async () =>
  (
    await database.pool.query(
      `select account_owner_id as account, user_id as user, project_id as project, sum(quantity)::integer as hours
      from hopsmeter.usage_daily group by 1, 2, 3 order by 1, 2, 4`,
    )
  ).rows;

describe('a project', () => {
  it('that nobody had before is its user’s always; asked again it is the same', async () => {
    const first = await create('ada');
    expect(first).toMatchObject({ isCreated: true, value: { userId: 'ada', startedAt: null, endedAt: null } });
    expect(await create('ada')).toEqual({ isCreated: false, value: first.value, eventCount: 0, moved: [] });
    await expect(create('bob')).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(create('ada', formatTime(noon))).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(create('nobody', undefined, 'other')).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
    expect(await listProjects(database.pool, { limit: 10, namespace: 'ml' })).toEqual([first.value]);
  });

  it('is created once by two at the same time', async () => {
    const outcomes = await Promise.allSettled([create('ada'), create('bob')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'NAMESPACE_TAKEN' } });
  });

  it('bills the right person on each side when its namespace comes back', async () => {
    const first = (await create('ada')).value;
    const ended = await end(first.id);
    const second = (await create('mia')).value;
    expect(second.startedAt).not.toBeNull();
    const [endedAt, startedAt] = [micros(ended.endedAt), micros(second.startedAt)];
    expect(startedAt).toBeGreaterThanOrEqual(endedAt);
    // In any order: the past may arrive last.
    await report(startedAt);
    await report(endedAt - 1, { end: endedAt });
    await report(noon);
    expect(await report(endedAt, { end: endedAt })).toMatchObject(startedAt > endedAt ? { parked: 1 } : { counted: 1 });
    expect(await billed()).toEqual([
      { account: 'ada', user: 'ada', project: first.id, hours: 2 },
      { account: 'bob', user: 'mia', project: second.id, hours: 1 },
    ]);
  });

  it('keeps periods apart that are said to overlap', async () => {
    const first = (await create('ada', formatTime(noon))).value;
    await end(first.id, formatTime(noon + MICROS_PER_DAY));
    await expect(create('bob', formatTime(noon + 1))).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(create('bob', formatTime(noon - 1))).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    const tomorrow = formatTime(Date.now() * 1_000 + MICROS_PER_DAY);
    await expect(create('bob', tomorrow)).rejects.toMatchObject({ code: 'MOMENT_IN_FUTURE' });
    expect((await create('bob', formatTime(noon + MICROS_PER_DAY))).isCreated).toBe(true);
  });
});

describe('the end of a project', () => {
  it('is said once; asked again it is the same', async () => {
    const { id } = (await create('ada')).value;
    const at = formatTime(noon);
    const ended = await end(id, at);
    expect(ended.endedAt).toBe(`${at.slice(0, 19)}.000000Z`);
    expect(await end(id)).toEqual(ended);
    expect(await end(id, at)).toEqual(ended);
    await expect(end(id, formatTime(noon + 1))).rejects.toMatchObject({ code: 'PROJECT_ENDED' });
    await expect(end('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves no usage without a project', async () => {
    const { id } = (await create('ada', formatTime(noon - MICROS_PER_DAY))).value;
    await report(noon);
    await expect(end(id, formatTime(noon))).rejects.toMatchObject({ code: 'USAGE_COUNTED_LATER' });
    await expect(end(id, formatTime(noon - MICROS_PER_DAY))).rejects.toMatchObject({ code: 'MOMENT_TOO_OLD' });
    expect((await end(id, formatTime(noon + 1))).endedAt).toBe(`${formatTime(noon).slice(0, 19)}.000001Z`);
  });

  it('comes after usage that is ahead of our clock', async () => {
    const { id } = (await create('ada')).value;
    const ahead = Date.now() * 1_000 + 120_000_000;
    await report(ahead);
    expect(micros((await end(id)).endedAt)).toBe(ahead + 1);
    expect(micros((await create('bob')).value.startedAt)).toBe(ahead + 1);
  });
});

describe('a hand-over', () => {
  it('in the past moves what the namespace decided, and leaves what a subject decided with its user', async () => {
    const first = (await create('ada')).value;
    await changeOwner(database.pool, CHANGE, {
      userId: 'mia',
      accountOwnerId: 'ada',
      from: formatTime(noon + 2 * MICROS_PER_DAY),
      reason: 'test',
    });
    await report(noon - MICROS_PER_HOUR);
    await report(noon);
    await report(noon + 11.5 * MICROS_PER_HOUR);
    await report(noon, { subject: 'bob' });
    await report(noon + 2 * MICROS_PER_DAY);
    const from = formatTime(noon);
    const tried = await handOver(first.id, 'mia', { from, isDryRun: true });
    const { project, moved, eventCount } = await handOver(first.id, 'mia', { from });
    expect([moved, eventCount]).toEqual([tried.moved, tried.eventCount]);
    expect(eventCount).toBe(4);
    expect(moved).toEqual([
      { accountOwnerId: 'ada', meter: 'cpu_hours', quantity: '-2.000000000000', cost: '-0.700000000000' },
      { accountOwnerId: 'bob', meter: 'cpu_hours', quantity: '2.000000000000', cost: '0.700000000000' },
    ]);
    expect(await billed()).toEqual([
      { account: 'ada', user: 'ada', project: first.id, hours: 1 },
      { account: 'ada', user: 'mia', project: project.id, hours: 1 },
      { account: 'bob', user: 'bob', project: project.id, hours: 1 },
      { account: 'bob', user: 'mia', project: project.id, hours: 2 },
    ]);
    // Late usage finds the same answer.
    await report(noon + 1);
    await report(noon - MICROS_PER_HOUR + 2);
    expect((await billed()).map(({ user, hours }) => [user, hours])).toEqual([
      ['ada', 2],
      ['mia', 1],
      ['bob', 1],
      ['mia', 3],
    ]);
  });

  it('from now on leaves the past', async () => {
    const first = (await create('ada')).value;
    await report(noon);
    const { project, eventCount } = await handOver(first.id, 'mia', { reason: undefined });
    expect(eventCount).toBe(0);
    await report(micros(project.startedAt));
    expect((await billed()).map(({ user, hours }) => [user, hours])).toEqual([
      ['ada', 1],
      ['mia', 1],
    ]);
    expect(await handOver(project.id, 'mia')).toEqual({ project, eventCount: 0, moved: [] });
  });

  it('is refused where it cannot be right', async () => {
    const { id } = (await create('ada', formatTime(noon))).value;
    await createUser(database.pool, CHANGE, { id: 'zoe', email: null, name: null, accountOwnerId: null });
    await expect(handOver(id, 'zoe')).rejects.toMatchObject({ code: 'USER_NOT_ON_CLUSTER' });
    await expect(handOver(id, 'nobody')).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
    await expect(handOver(id, 'bob', { from: formatTime(noon) })).rejects.toMatchObject({ code: 'MOMENT_TOO_OLD' });
    const unexplained = handOver(id, 'bob', { from: formatTime(noon + 1), reason: undefined });
    await expect(unexplained).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await end(id);
    await expect(handOver(id, 'bob')).rejects.toMatchObject({ code: 'PROJECT_ENDED' });
  });
});

describe('a window that overlaps a change', () => {
  const MINUTE = 60_000_000;
  const at = (minutes: number) => formatTime(noon + MICROS_PER_HOUR + minutes * MINUTE);
  const hour = (changes: object = {}) => report(noon + MICROS_PER_HOUR, changes);
  const hoursOf = async () =>
    (await billed()).filter(({ hours }) => hours !== 0).map(({ user, hours }) => [user, hours]);

  it('is the later user’s, who had 40 minutes of it, whatever became known first', async () => {
    const first = (await create('ada')).value;
    await hour();
    await end(first.id, at(5));
    expect(await hoursOf()).toEqual([['ada', 1]]);
    await expect(create('mia', at(20))).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    expect(await create('mia', at(20), 'ml', { reason: 'she had it' })).toMatchObject({ eventCount: 1 });
    await hour();
    expect(await hoursOf()).toEqual([['mia', 2]]);
  });

  it('is countable as soon as anybody had a part of it', async () => {
    const first = (await create('ada')).value;
    await end(first.id, at(-20));
    expect(await hour()).toMatchObject({ parked: 1 });
    await create('mia', at(20));
    expect(await hour()).toMatchObject({ counted: 1 });
    expect(await hoursOf()).toEqual([['mia', 1]]);
  });

  it('of a day across midnight moves as a whole, and back', async () => {
    const first = (await create('ada', formatTime(noon - 2 * MICROS_PER_DAY))).value;
    await report(noon, { end: noon + MICROS_PER_DAY, quantity: '24' });
    const from = formatTime(noon + 13 * MICROS_PER_HOUR);
    const second = (await handOver(first.id, 'mia', { from })).project;
    expect(await hoursOf()).toEqual([['ada', 24]]);
    expect(await change(second.id, { startedAt: formatTime(noon + 11 * MICROS_PER_HOUR) })).toMatchObject({
      eventCount: 1,
      moved: [{ accountOwnerId: 'ada' }, { accountOwnerId: 'bob' }],
    });
    expect(await hoursOf()).toEqual([['mia', 24]]);
    await change(first.id, { endedAt: from });
    expect(await hoursOf()).toEqual([['ada', 24]]);
  });
});

describe('a begin or end that was said wrong', () => {
  const HOUR = MICROS_PER_HOUR;

  it('is changed with a reason, and neighbours give way', async () => {
    const first = (await create('ada')).value;
    await end(first.id, formatTime(noon + 10 * HOUR));
    const second = (await create('mia', formatTime(noon + 10 * HOUR))).value;
    for (const hour of [-1, 0, 3, 11]) await report(noon + hour * HOUR);
    const dryRun = { projectId: second.id, startedAt: formatTime(noon), reason: 'ada left', isDryRun: true };
    expect(await changeProject(database.pool, CHANGE, dryRun)).toMatchObject({ eventCount: 2 });
    const changed = await change(second.id, { startedAt: formatTime(noon) });
    expect(changed).toMatchObject({
      project: { startedAt: formatTime(noon).replace('000Z', '000000Z') },
      eventCount: 2,
    });
    expect(await change(second.id, { startedAt: formatTime(noon) })).toMatchObject({ eventCount: 0 });
    const listed = await listProjects(database.pool, { limit: 10, namespace: 'ml' });
    expect(listed.find(({ id }) => id === first.id)?.endedAt).toBe(changed.project.startedAt);
    expect((await billed()).map(({ user, hours }) => [user, hours])).toEqual([
      ['ada', 1],
      ['mia', 3],
    ]);
    await expect(end(first.id, formatTime(noon - 2 * HOUR))).rejects.toMatchObject({ code: 'PROJECT_ENDED' });
    await expect(end(first.id, formatTime(noon - 2 * HOUR), 'earlier')).rejects.toMatchObject({
      code: 'USAGE_COUNTED_LATER',
    });
    expect((await end(first.id, formatTime(noon - 0.5 * HOUR), 'earlier')).id).toBe(first.id);
    const { rows } = await database.pool.query(
      `select reason, after->'neighbours'->0->'before'->>'id' as neighbour from hopsmeter.audit_log
        where action = 'change_project'`,
    );
    expect(rows).toEqual([{ reason: 'it was said wrong', neighbour: first.id }]);
  });

  it('leaves something of every project', async () => {
    const first = (await create('ada', formatTime(noon))).value;
    await end(first.id, formatTime(noon + 10 * HOUR));
    const second = (await create('bob', formatTime(noon + 10 * HOUR))).value;
    await expect(change(second.id, { startedAt: formatTime(noon) })).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(change(first.id, { endedAt: null })).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(change(first.id, { endedAt: formatTime(noon) })).rejects.toMatchObject({ code: 'MOMENT_TOO_OLD' });
    expect((await change(first.id, { startedAt: null })).project.startedAt).toBeNull();
  });

  it('never gives usage to somebody who was not on the cluster', async () => {
    const first = (await create('ada')).value;
    await report(noon);
    await createUser(database.pool, CHANGE, { id: 'zoe', email: null, name: null, accountOwnerId: null });
    await end(first.id, formatTime(noon + 1));
    const created = create('zoe', formatTime(noon + 2), 'ml', { reason: 'she had it' });
    await expect(created).rejects.toMatchObject({ code: 'USER_NOT_ON_CLUSTER' });
    await assignUser(database.pool, CHANGE, { userId: 'zoe' });
    await create('zoe', formatTime(noon + 2), 'ml', { reason: 'she had it' });
    expect((await billed()).map(({ user }) => user)).toEqual(['zoe']);
  });

  it('of an ended project is handed over for the time that was left of it', async () => {
    const first = (await create('ada')).value;
    await end(first.id, formatTime(noon + 10 * HOUR));
    await create('bob', formatTime(noon + 10 * HOUR));
    for (const hour of [0, 6, 11]) await report(noon + hour * HOUR);
    const { project } = await handOver(first.id, 'mia', { from: formatTime(noon + 5 * HOUR) });
    expect(micros(project.endedAt)).toBe(noon + 10 * HOUR);
    expect((await billed()).map(({ user, hours }) => [user, hours])).toEqual([
      ['ada', 1],
      ['bob', 1],
      ['mia', 1],
    ]);
  });

  it('is said at once for a time in between that nobody had', async () => {
    const first = (await create('ada')).value;
    await end(first.id, formatTime(noon));
    await create('bob', formatTime(noon + 10 * HOUR));
    expect(await report(noon + 3 * HOUR)).toMatchObject({ parked: 1 });
    await expect(create('mia', formatTime(noon))).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    const endedAt = formatTime(noon + 10 * HOUR);
    const between = (await create('mia', formatTime(noon), 'ml', { endedAt })).value;
    expect(await create('mia', formatTime(noon), 'ml', { endedAt })).toMatchObject({
      isCreated: false,
      value: between,
    });
    expect(await report(noon + 3 * HOUR)).toMatchObject({ counted: 1 });
  });
});
