import {
  assignUser,
  changeOwner,
  confirmMissing,
  createProject,
  endAlias,
  listAliases,
  readFollowingHealth,
  setAlias,
} from '@hopsmeter/db';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScreen } from '../packages/cli/src/console/screen.ts';
import { runImport } from '../packages/cli/src/run-import.ts';
import { workerConfigSchema } from '../services/worker/src/config.ts';
import type { FollowingSettings } from '../services/worker/src/following/following-settings.ts';
import { followApplication } from '../services/worker/src/jobs/follow-application.ts';
import { APPLICATION_TABLES } from './harness/application-database/tables.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type TestDatabase,
} from './support/db/test-database.ts';

const EAST = 'c1a57e40-0000-4000-8000-000000000001';
const WEST = 'c1a57e40-0000-4000-8000-000000000002';
const STAFF = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;

/** Ada's team and two other owners, who have been there for two months; and ten owners who do nothing. */
const WORLD = `
${APPLICATION_TABLES}
insert into public.hopsworks_clusters (id, name, max_users, status)
values ('${EAST}', 'east', 20, 'active'), ('${WEST}', 'west', 20, 'active');
insert into public.users (id, email, name, account_owner_id, created_at, updated_at)
select id, id || '@example.com', initcap(id), owner, now() - interval '60 days', now() - interval '60 days'
from (values ('ada', null), ('bob', 'ada'), ('cy', null), ('dan', null)) as person (id, owner)
union all
select 'f' || n, 'f' || n || '@example.com', null, null, now() - interval '60 days', now() - interval '60 days'
from generate_series(0, 9) as n;
insert into public.user_hopsworks_assignments (user_id, hopsworks_cluster_id, assigned_at)
values ('ada', '${EAST}', now() - interval '60 days'), ('bob', '${EAST}', now() - interval '60 days'),
  ('cy', '${WEST}', now() - interval '60 days'), ('dan', '${EAST}', now() - interval '60 days');
insert into public.user_projects (user_id, project_id, namespace, status, created_at, last_seen_at)
values ('ada', 1, 'ml', 'active', now() - interval '60 days', now() - interval '1 hour'),
  ('cy', 2, 'lab', 'active', now() - interval '60 days', now() - interval '1 hour');
`;

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(WORLD);
});
afterEach(async () => {
  const differences = await findRollupDifferences(database.pool);
  await database.close();
  expect(differences).toEqual([]);
});

/** A worker's job. Without waiting: each round looks. */
function startWorker(settings: Partial<FollowingSettings> = {}) {
  const logged: { level: string; msg: string; key?: string; reason?: string }[] = [];
  const logger = createLogger({ name: 'worker', destination: { write: (line) => logged.push(JSON.parse(line)) } });
  const registry = createRegistry({ withProcess: false });
  const following = { url: new URL(database.url), everyMs: 0, missingPercentMax: 20, ...settings };
  const work = followApplication({ pool: database.pool, logger, registry, settings: { following } });
  const signal = new AbortController().signal;
  return {
    logged,
    warnings: () => logged.filter(({ level }) => level !== 'info'),
    look: async () => work?.round(signal),
    async metric(name: string) {
      const metrics = await registry.getMetricsAsJSON();
      return metrics.find((metric) => metric.name === name)?.values.map(({ value }) => value);
    },
  };
}

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

/** What the application does. */
const inApplication = (sql: string, parameters: readonly unknown[] = []) => rowsOf(sql, parameters);

/** A time so many minutes ago, as the database writes it. */
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString().replace('Z', '000Z');

const textOf = (column: string) =>
  `case when isfinite(${column}) then to_char((${column}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`;

/** Whose member a user was since when. */
const owners = async (userId: string) =>
  (
    await rowsOf<{ owner: string; since: string | null }>(
      `select account_owner_id as owner, ${textOf('started_at')} as since from hopsmeter.account_ownerships
       where user_id = $1 order by account_ownerships.started_at`,
      [userId],
    )
  ).map(({ owner, since }) => [owner, since]);

/** Where a user was from when to when. */
const places = async (userId: string) =>
  (
    await rowsOf<{ cluster: string; since: string | null; until: string | null }>(
      `select name as cluster, ${textOf('started_at')} as since, ${textOf('ended_at')} as until
       from hopsmeter.user_hopsworks_assignments as a
         join hopsmeter.hopsworks_clusters as c on c.id = hopsworks_cluster_id
       where user_id = $1 order by a.started_at`,
      [userId],
    )
  ).map(({ cluster, since, until }) => [cluster, since, until]);

/** Who had a namespace from when to when. */
const holders = async (namespace: string) =>
  (
    await rowsOf<{ cluster: string; user: string; since: string | null; until: string | null }>(
      `select name as cluster, user_id as user, ${textOf('started_at')} as since, ${textOf('ended_at')} as until
       from hopsmeter.projects as p join hopsmeter.hopsworks_clusters as c on c.id = hopsworks_cluster_id
       where namespace = $1 order by p.started_at`,
      [namespace],
    )
  ).map(({ cluster, user, since, until }) => [cluster, user, since, until]);

/** What a cluster calls, or called, users: `alias user since until`. */
const names = async (clusterId = EAST) =>
  (await listAliases(database.pool, { clusterId, limit: 50 }))
    .toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1))
    .map(({ alias, userId, startedAt, endedAt }) => [alias, userId, startedAt, endedAt]);

const health = async () => readFollowingHealth(database.pool);

const problems = async () =>
  (
    await rowsOf<{ row: string; kind: string; problem: string }>(
      `select application_table || ' ' || key as row, problem_kind as kind, problem
       from hopsmeter.followed_rows where problem is not null order by 1`,
    )
  ).map(({ row, kind, problem }) => [row, kind, problem]);

/** Everything but the note of when somebody looked. */
const dump = async () => (await dumpSchema(database.pool, 'hopsmeter')).filter((line) => !line.includes('followings'));

/** An hour of usage that ends so many minutes ago. */
const use = (subject: string, minutesAgo: number, clusterId = EAST) => {
  const end = (Date.now() - minutesAgo * 60_000) * 1_000;
  return recordUsage(database.pool, [
    { id: `${subject} ${minutesAgo}`, clusterId, subject, start: end - 60_000_000, end, quantity: '1' },
  ]);
};

describe('what changes in the application', () => {
  it('begins with everything that is there, and changes nothing when looked at again', async () => {
    const worker = startWorker();
    await worker.look();
    expect(await owners('bob')).toEqual([['ada', null]]);
    expect(await places('cy')).toEqual([['west', null, null]]);
    expect((await holders('ml')).map(([cluster, user]) => [cluster, user])).toEqual([['east', 'ada']]);
    expect(worker.logged.map(({ msg }) => msg)).toEqual([
      'followed changes of the application',
      'the application is followed',
    ]);
    const before = await dump();
    await worker.look();
    await startWorker().look();
    expect(await dump()).toEqual(before);
    expect(await health()).toMatchObject({ state: 'current', reason: null, isCurrent: true, problemCount: 0 });
    expect(await worker.metric('following_unreadable')).toEqual([0]);
  });

  it('comes over with its own time: sign-ups, joins and leaves, and what they used moves along', async () => {
    const worker = startWorker();
    await worker.look();
    const [joined, created] = [ago(30), ago(20)];
    await use('dan', 60);
    await use('dan', 10);
    await inApplication(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [joined]);
    await inApplication(`insert into public.users (id, email) values ('eve', 'eve@example.com')`);
    await inApplication(`insert into public.user_hopsworks_assignments values ('eve', '${WEST}', $1)`, [created]);
    await inApplication(
      `insert into public.user_projects (user_id, project_id, namespace, created_at) values ('eve', 3, 'eves', $1)`,
      [created],
    );
    await worker.look();
    expect(await owners('dan')).toEqual([
      ['dan', null],
      ['ada', joined],
    ]);
    expect(await places('eve')).toEqual([['west', null, null]]);
    expect(await holders('eves')).toEqual([['west', 'eve', created, null]]);
    const billed = await rowsOf(
      `select account_owner_id as owner, count(*)::integer as events from hopsmeter.usage_events
       where user_id = 'dan' group by 1 order by 1`,
    );
    expect(billed).toEqual([
      { owner: 'ada', events: 1 },
      { owner: 'dan', events: 1 },
    ]);
    const audited = await rowsOf(
      `select actor_kind, actor_id, reason from hopsmeter.audit_log
        where action = 'change_owner' and entity_id = 'dan'`,
    );
    expect(audited).toEqual([{ actor_kind: 'system', actor_id: 'following', reason: 'changed in the application' }]);
    const left = ago(5);
    await inApplication(`update public.users set account_owner_id = null, updated_at = $1 where id = 'dan'`, [left]);
    await worker.look();
    expect(await owners('dan')).toEqual([
      ['dan', null],
      ['ada', joined],
      ['dan', left],
    ]);
  });

  it('happened when it was noticed, where the application does not say when', async () => {
    const worker = startWorker();
    await worker.look();
    await inApplication(`update public.users set account_owner_id = 'ada' where id = 'dan'`);
    await inApplication(`delete from public.user_projects where user_id = 'ada'`);
    const before = ago(0);
    await worker.look();
    const [, [, since] = []] = await owners('dan');
    const [[, , , until] = []] = await holders('ml');
    for (const moment of [since, until]) {
      expect(String(moment) >= before).toBe(true);
      expect(String(moment) <= ago(0)).toBe(true);
    }
  });

  it('ends where it was deleted or last seen, but never before usage that is counted', async () => {
    const worker = startWorker();
    await worker.look();
    const [deleted, seen] = [ago(90), ago(80)];
    await use('dan', 30);
    await inApplication(
      `update public.users set status = 'deleted', deleted_at = $1, updated_at = now() where id in ('bob', 'dan')`,
      [deleted],
    );
    await inApplication(
      `update public.user_projects set status = 'inactive', last_seen_at = $1 where user_id = 'ada'`,
      [seen],
    );
    await worker.look();
    expect(await places('bob')).toEqual([['east', null, deleted]]);
    const [[, , until] = []] = await places('dan');
    const [last] = await rowsOf<{ at: string }>(
      `select ${textOf(`max(window_started_at) + interval '1 microsecond'`)} as at from hopsmeter.usage_events`,
    );
    expect(until).toBe(last?.at);
    expect((await holders('ml')).map(([, , , end]) => end)).toEqual([seen]);
    // Seen again: it has been the same project all the time.
    await inApplication(
      `update public.user_projects set status = 'active', last_seen_at = now() where user_id = 'ada'`,
    );
    await worker.look();
    expect((await holders('ml')).map(([, , , end]) => end)).toEqual([null]);
  });

  it('moves people between clusters with their projects, and projects between people', async () => {
    const worker = startWorker();
    await worker.look();
    const [moved, given] = [ago(20), ago(15)];
    await inApplication(
      `update public.user_hopsworks_assignments set hopsworks_cluster_id = '${EAST}', assigned_at = $1
        where user_id = 'cy'`,
      [moved],
    );
    await inApplication(
      `update public.user_projects set status = 'inactive', last_seen_at = now() where user_id = 'ada'`,
    );
    await inApplication(
      `insert into public.user_projects (user_id, project_id, namespace, created_at) values ('dan', 1, 'ml', $1)`,
      [given],
    );
    await worker.look();
    expect(await places('cy')).toEqual([
      ['west', null, moved],
      ['east', moved, null],
    ]);
    expect(
      (await holders('lab')).map(([cluster, , since, until]) => [cluster, since === moved, until === moved]),
    ).toEqual([
      ['west', false, true],
      ['east', true, false],
    ]);
    expect((await holders('ml')).map(([, user, since, until]) => [user, since === given, until === given])).toEqual([
      ['ada', false, true],
      ['dan', true, false],
    ]);
    expect(await problems()).toEqual([]);
  });

  it('renames, resizes, suspends and resumes', async () => {
    const worker = startWorker();
    await worker.look();
    const suspended = ago(5);
    await inApplication(
      `update public.users set email = 'cy@example.org', name = 'Cyrus', updated_at = now() where id = 'cy'`,
    );
    await inApplication(`update public.users set status = 'suspended', updated_at = $1 where id = 'dan'`, [suspended]);
    await inApplication(`update public.hopsworks_clusters set max_users = 30, status = 'draining' where name = 'west'`);
    await worker.look();
    expect(await rowsOf(`select email, name from hopsmeter.users where id = 'cy'`)).toEqual([
      { email: 'cy@example.org', name: 'Cyrus' },
    ]);
    expect(await rowsOf(`select max_users, status from hopsmeter.hopsworks_clusters where name = 'west'`)).toEqual([
      { max_users: 30, status: 'inactive' },
    ]);
    await inApplication(`update public.users set status = 'active', updated_at = now() where id = 'dan'`);
    await worker.look();
    const audited = await rowsOf(
      `select action, after ->> 'from' as "from" from hopsmeter.audit_log
        where action in ('suspend_user', 'resume_user') order by happened_at`,
    );
    expect(audited).toEqual([
      { action: 'suspend_user', from: suspended },
      { action: 'resume_user', from: expect.any(String) },
    ]);
  });

  it('is seen though it was committed after its updated_at', async () => {
    const worker = startWorker();
    await worker.look();
    const client = await database.pool.connect();
    const joined = ago(1);
    await client.query('begin');
    await client.query(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [joined]);
    await worker.look();
    await client.query('commit');
    client.release();
    await worker.look();
    expect(await owners('dan')).toEqual([
      ['dan', null],
      ['ada', joined],
    ]);
  });
});

it('compares everything every hour, also what the application changed without a word', async () => {
  const worker = startWorker();
  await worker.look();
  const name = async () =>
    (await rowsOf<{ name: string }>(`select name from hopsmeter.users where id = 'cy'`))[0]?.name;
  await inApplication(`update public.users set name = 'Cyrus' where id = 'cy'`);
  await worker.look();
  expect(await name()).toBe('Cy');
  await rowsOf(`update hopsmeter.followings set compared_at = compared_at - interval '61 minutes'`);
  await worker.look();
  expect(await name()).toBe('Cyrus');
});

describe('a Hopsworks user name', () => {
  const onAssignment = (userId: string, name: string | null) =>
    inApplication('update public.user_hopsworks_assignments set hopsworks_username = $2 where user_id = $1', [
      userId,
      name,
    ]);
  const onUser = (userId: string, name: string) =>
    inApplication('update public.users set hopsworks_username = $2 where id = $1', [userId, name]);

  it('becomes an alias once the application knows it, whichever row says it', async () => {
    await onAssignment('ada', 'ada00001');
    const worker = startWorker();
    await worker.look();
    expect(await names()).toEqual([['ada00001', 'ada', null, null]]);
    // Its updated_at stays as it is.
    await onUser('dan', 'dan00001');
    await onAssignment('bob', 'bob00001');
    await onUser('bob', 'unheard1');
    await worker.look();
    expect((await names()).map(([alias, userId]) => [alias, userId]).sort()).toEqual([
      ['ada00001', 'ada'],
      ['bob00001', 'bob'],
      ['dan00001', 'dan'],
    ]);
    const audited = await rowsOf(
      `select actor_id, reason from hopsmeter.audit_log where action = 'set_alias' and after ->> 'userId' = 'dan'`,
    );
    expect(audited).toEqual([{ actor_id: 'following', reason: 'changed in the application' }]);
    expect((await use('dan00001', 6)).counted).toBe(1);
    const before = await dump();
    await startWorker().look();
    expect(await dump()).toEqual(before);
    expect(await problems()).toEqual([]);
  });

  it('goes with its user who leaves the cluster, and to the next one who gets it', async () => {
    await onAssignment('dan', 'john1234');
    const worker = startWorker();
    await worker.look();
    const [deleted, created] = [ago(30), ago(10)];
    await inApplication(
      `update public.users set status = 'deleted', deleted_at = $1, updated_at = now() where id = 'dan'`,
      [deleted],
    );
    await inApplication(`insert into public.users (id, email) values ('eve', 'eve@example.com')`);
    await inApplication(`insert into public.user_hopsworks_assignments values ('eve', '${EAST}', $1, 'john1234')`, [
      created,
    ]);
    await worker.look();
    expect(await names()).toEqual([
      ['john1234', 'dan', null, deleted],
      ['john1234', 'eve', deleted, null],
    ]);
    expect(await problems()).toEqual([]);
    // A user who moves has the name on the new cluster.
    const moved = ago(3);
    await inApplication(
      `update public.user_hopsworks_assignments set hopsworks_cluster_id = '${WEST}', assigned_at = $1
        where user_id = 'eve'`,
      [moved],
    );
    await worker.look();
    expect(await names()).toEqual([
      ['john1234', 'dan', null, deleted],
      ['john1234', 'eve', deleted, moved],
    ]);
    expect(await names(WEST)).toEqual([['john1234', 'eve', null, null]]);
    // And back again.
    const back = ago(1);
    await inApplication(
      `update public.user_hopsworks_assignments set hopsworks_cluster_id = '${EAST}', assigned_at = $1
        where user_id = 'eve'`,
      [back],
    );
    await worker.look();
    expect((await names()).at(-1)).toEqual(['john1234', 'eve', moved, null]);
    expect(await problems()).toEqual([]);
  });

  it('that changed in the application is another alias, and one that it forgot stays', async () => {
    await onAssignment('dan', 'dan00001');
    const worker = startWorker();
    await worker.look();
    await onAssignment('dan', null);
    await worker.look();
    expect(await names()).toEqual([['dan00001', 'dan', null, null]]);
    // Ada has the old one in the same look.
    await onAssignment('dan', 'dan00002');
    await onAssignment('ada', 'dan00001');
    await worker.look();
    const [before] = await names();
    expect(await names()).toEqual([
      ['dan00001', 'dan', null, expect.any(String)],
      ['dan00002', 'dan', null, null],
      ['dan00001', 'ada', before?.[3], null],
    ]);
    expect(await problems()).toEqual([]);
  });

  it('never overwrites what a person entered: it is listed until both say the same', async () => {
    const { pool } = database;
    const worker = startWorker();
    await worker.look();
    const set = (alias: string, userId: string) =>
      setAlias(pool, STAFF, { clusterId: EAST, alias, userId, reason: 'told by the admin' });
    await set('john1234', 'bob');
    const { value } = await set('mary5678', 'ada');
    await endAlias(pool, STAFF, { aliasId: value.id, reason: 'a mistake' });
    const before = await names();
    await onAssignment('dan', 'john1234');
    await onAssignment('ada', 'mary5678');
    for (let i = 0; i < 2; i++) await worker.look();
    await startWorker().look();
    expect(await names()).toEqual(before);
    expect(await problems()).toEqual([
      ['user_hopsworks_assignments ada', 'contradiction', expect.stringMatching(/^hopsmeter ended the alias mary5678/)],
      [
        'user_hopsworks_assignments dan',
        'contradiction',
        'hopsmeter has the Hopsworks user name john1234 as an alias of bob',
      ],
    ]);
    expect(worker.warnings()).toHaveLength(2);
    await onAssignment('dan', 'dan00001');
    await set('mary5678', 'ada');
    await worker.look();
    expect(await problems()).toEqual([]);
    // Both have agreed on it once: an end is a decision again.
    const open = (await listAliases(pool, { alias: 'mary5678', limit: 5 })).find(({ endedAt }) => endedAt === null);
    await endAlias(pool, STAFF, { aliasId: open?.id ?? '', reason: 'not her' });
    const decided = await names();
    await worker.look();
    expect(await names()).toEqual(decided);
    expect((await problems()).map(([row]) => row)).toEqual(['user_hopsworks_assignments ada']);
  });

  it('comes over with an import, and following goes on from there', async () => {
    await onAssignment('dan', 'john1234');
    const env = { DATABASE_URL: database.url };
    const { signal } = new AbortController();
    const context = { from: database.url, apply: true, env, screen: createScreen({ write: () => true }), signal };
    expect(await runImport({ ...context, now: new Date() })).toBe(0);
    expect(await names()).toEqual([['john1234', 'dan', null, null]]);
    const [held] = await listAliases(database.pool, { limit: 1 });
    await endAlias(database.pool, STAFF, { aliasId: held?.id ?? '', reason: 'a mistake' });
    const before = await names();
    expect(await runImport({ ...context, now: new Date() })).toBe(2);
    await startWorker().look();
    expect(await names()).toEqual(before);
    expect(await problems()).toEqual([
      ['user_hopsworks_assignments dan', 'contradiction', expect.stringMatching(/^hopsmeter ended the alias john1234/)],
    ]);
  });
});

it('begins where an import left off', async () => {
  const screen = createScreen({ write: () => true });
  const { signal } = new AbortController();
  const env = { DATABASE_URL: database.url };
  const code = await runImport({ from: database.url, apply: true, env, screen, now: new Date(), signal });
  expect(code).toBe(0);
  const joined = ago(2);
  await inApplication(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [joined]);
  await changeOwner(database.pool, STAFF, { userId: 'bob', accountOwnerId: 'cy', reason: 'decided here' });
  await startWorker().look();
  expect(await owners('dan')).toEqual([
    ['dan', null],
    ['ada', joined],
  ]);
  expect(await problems()).toEqual([['users bob', 'contradiction', expect.stringContaining('the owner cy')]]);
});

describe('what contradicts a decision made here', () => {
  it('is reported once and never overwritten, until both say the same', async () => {
    const worker = startWorker();
    await worker.look();
    const { pool } = database;
    await changeOwner(pool, STAFF, { userId: 'dan', accountOwnerId: 'cy', from: ago(30), reason: 'a contract' });
    await assignUser(pool, STAFF, { userId: 'cy', clusterId: EAST });
    await createProject(pool, STAFF, { clusterId: EAST, namespace: 'mine', userId: 'bob' });
    await inApplication(`update public.users set account_owner_id = 'ada', updated_at = now() where id = 'dan'`);
    await inApplication(
      `insert into public.user_projects (user_id, project_id, namespace, created_at) values ('ada', 9, 'mine', now())`,
    );
    const [danBefore, cyBefore, mineBefore] = [await owners('dan'), await places('cy'), await holders('mine')];
    for (let i = 0; i < 3; i++) await worker.look();
    await startWorker().look();
    expect([await owners('dan'), await places('cy'), await holders('mine')]).toEqual([danBefore, cyBefore, mineBefore]);
    const reported = worker.warnings().map(({ key, reason }) => [key, reason]);
    expect(reported.sort()).toEqual([
      ['ada/9', 'hopsmeter has it as a project of bob from always to now'],
      ['cy', expect.stringMatching(/^hopsmeter has .* now$/)],
      ['dan', expect.stringMatching(/^hopsmeter has the owner cy since /)],
    ]);
    expect((await health())?.problemCount).toBe(3);
    expect(await worker.metric('following_problems')).toEqual([3]);
    await inApplication(`update public.users set account_owner_id = 'cy', updated_at = now() where id = 'dan'`);
    await inApplication(
      `update public.user_hopsworks_assignments set hopsworks_cluster_id = '${EAST}' where user_id = 'cy'`,
    );
    await inApplication(`delete from public.user_projects where project_id = 9`);
    await worker.look();
    expect(await problems()).toEqual([]);
    expect(await owners('dan')).toEqual(danBefore);
  });

  it('is a late change of the application to a time for which somebody decided otherwise meanwhile', async () => {
    const worker = startWorker();
    await worker.look();
    const { pool } = database;
    await changeOwner(pool, STAFF, { userId: 'dan', accountOwnerId: 'cy', from: ago(20), reason: 'a contract' });
    await changeOwner(pool, STAFF, { userId: 'dan', accountOwnerId: null, from: ago(10), reason: 'it ended' });
    const before = await owners('dan');
    await inApplication(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [
      ago(15),
    ]);
    await startWorker().look();
    expect(await owners('dan')).toEqual(before);
    expect(await problems()).toEqual([
      ['users dan', 'contradiction', `hopsmeter has the owner none since ${before[2]?.[1]}`],
    ]);
  });

  it('leaves a back-dated begin as it is, and brings later changes over', async () => {
    const worker = startWorker();
    await inApplication(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [
      ago(60),
    ]);
    await worker.look();
    await changeOwner(database.pool, STAFF, {
      userId: 'dan',
      accountOwnerId: 'cy',
      from: ago(50_000),
      reason: 'first',
    });
    await changeOwner(database.pool, STAFF, {
      userId: 'dan',
      accountOwnerId: 'ada',
      from: ago(40_000),
      reason: 'then',
    });
    await worker.look();
    const left = ago(1);
    await inApplication(`update public.users set account_owner_id = null, updated_at = $1 where id = 'dan'`, [left]);
    await worker.look();
    expect((await owners('dan')).map(([owner]) => owner)).toEqual(['ada', 'cy', 'ada', 'dan']);
    expect((await owners('dan')).at(-1)).toEqual(['dan', left]);
  });

  it('is what a rule forbids, row by row; the others come over', async () => {
    const worker = startWorker();
    await worker.look();
    await inApplication(
      `update public.users set account_owner_id = 'dan', updated_at = now() where id in ('ada', 'cy')`,
    );
    await worker.look();
    expect(await owners('cy')).toEqual([
      ['cy', null],
      ['dan', expect.any(String)],
    ]);
    expect(await problems()).toEqual([['users ada', 'refused', expect.stringMatching(/^TWO_LEVELS/)]]);
  });
});

describe('an application database that is', () => {
  it.each([
    ['empty', 'truncate public.users cascade', /^Missing.* 14 of 14 rows of users/],
    ['half there', `delete from public.users where id like 'f%'`, /^Missing.* 10 of 14 rows of users/],
    [
      'wrong about deletions',
      `update public.users set deleted_at = now(), status = 'deleted'`,
      /^Missing.* 14 of 14 rows of users/,
    ],
    [
      'wrong about projects',
      `update public.user_projects set status = 'inactive'`,
      /^Missing.* 2 of 2 rows of user_projects/,
    ],
  ])('%s changes nothing until a person confirms it', async (_, sql, reason) => {
    const worker = startWorker();
    await worker.look();
    const before = await dump();
    await inApplication(sql);
    for (let i = 0; i < 2; i++) {
      await worker.look();
      await startWorker().look();
    }
    expect(await dump()).toEqual(before);
    expect(await health()).toMatchObject({ state: 'held', reason: expect.stringMatching(reason) });
    expect(worker.warnings()).toHaveLength(1);
    expect(await worker.metric('following_held')).toEqual([1]);
    await confirmMissing(database.pool, STAFF, 'they left');
    await worker.look();
    expect(await health()).toMatchObject({ state: 'current', missing: null });
    await worker.look();
    expect(await health()).toMatchObject({ state: 'current' });
  });

  it('away, without rights or another one changes nothing and says why; then it is followed again', async () => {
    await startWorker().look();
    const before = await dump();
    const with_ = (parts: Partial<URL>) => ({ url: Object.assign(new URL(database.url), parts) });
    const bad = [
      [{ url: new URL('postgres://someone:secret@127.0.0.1:1/x') }, /cannot be reached or read: .*ECONNREFUSED/],
      [with_({ password: 'wrong' }), /refuses the user name or the password/],
      [with_({ pathname: '/nowhere' }), /has no database of that name/],
    ] as const;
    for (const [settings, sentence] of bad) {
      const worker = startWorker(settings);
      await worker.look();
      await worker.look();
      expect(worker.warnings()).toEqual([
        expect.objectContaining({ reason: expect.stringMatching(sentence), msg: 'the application cannot be followed' }),
      ]);
      expect(JSON.stringify(worker.logged)).not.toContain('secret');
      expect(await health()).toMatchObject({ state: 'unreadable', reason: expect.stringMatching(sentence) });
    }
    const joined = ago(3);
    await inApplication('alter table public.users rename to people');
    await startWorker().look();
    expect((await health())?.reason).toMatch(/does not hold the tables of the application; missing: public.users/);
    await inApplication('alter table public.people rename to users');
    expect(await dump()).toEqual(before);
    await inApplication(`update public.users set account_owner_id = 'ada', updated_at = $1 where id = 'dan'`, [joined]);
    await startWorker().look();
    expect(await health()).toMatchObject({ state: 'current', reason: null });
    expect(await owners('dan')).toEqual([
      ['dan', null],
      ['ada', joined],
    ]);
  });
});

it('is followed by one worker at a time, and by another one when that dies in its turn', async () => {
  const workers = Array.from({ length: 4 }, () => startWorker());
  await Promise.all(workers.map(({ look }) => look()));
  const actions = await rowsOf(`select action, entity_id from hopsmeter.audit_log group by 1, 2 having count(*) > 1`);
  expect(actions).toEqual([]);
  expect(
    workers.flatMap(({ logged }) => logged.filter(({ msg }) => msg === 'the application is followed')),
  ).toHaveLength(1);
  await rowsOf(`update hopsmeter.followings set turn_id = gen_random_uuid(), turn_until = now() + interval '1 minute'`);
  await inApplication(`update public.users set name = 'Daniel', updated_at = now() where id = 'dan'`);
  await startWorker().look();
  const name = async () =>
    (await rowsOf<{ name: string }>(`select name from hopsmeter.users where id = 'dan'`))[0]?.name;
  expect(await name()).toBe('Dan');
  await rowsOf(`update hopsmeter.followings set turn_until = now()`);
  await startWorker().look();
  expect(await name()).toBe('Daniel');
});

it('looks every 30 seconds, and lets a fifth of the rows be missing, when nothing else is said', () => {
  const { shape } = workerConfigSchema;
  expect(shape.DIRECTORY_SOURCE_INTERVAL_MS.parse(undefined)).toBe(30_000);
  expect(shape.DIRECTORY_SOURCE_MISSING_PERCENT_MAX.parse(undefined)).toBe(20);
});
