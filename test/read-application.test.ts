import { randomBytes } from 'node:crypto';
import { eachApplicationUsage, readApplicationDirectory } from '@hopsmeter/db';
import type { ApplicationUsage } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication } from './harness/application-database/create-application.ts';
import { insertRows, loadApplication } from './harness/application-database/load-application.ts';
import { createTestDatabase, type TestDatabase } from './support/db/test-database.ts';

const role = `hopsmeter_reader_${randomBytes(6).toString('hex')}`;
const { application } = addNastyRows(createApplication({ seed: 1, clusters: 3, teams: 3, users: 9, projects: 12 }));

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`create role ${role} login password 'right'; grant usage on schema public to ${role}`);
});
afterAll(async () => {
  await database?.pool.query(`drop owned by ${role}; drop role ${role}`);
  await database?.close();
});

/** The URL of the test's database with other parts. */
function urlWith(parts: Partial<URL>): string {
  return Object.assign(new URL(database.url), parts).href;
}

/** Why it cannot be read. */
function failureOf(url: string): Promise<string> {
  return readApplicationDirectory(url).then(
    () => 'none',
    (error: Error) => error.message,
  );
}

it('says in one sentence why a database cannot be read', async () => {
  const { pool, url } = database;
  expect(await failureOf('postgres://127.0.0.1:1/x')).toMatch(/^cannot be reached or read: .*ECONNREFUSED/);
  expect(await failureOf(urlWith({ password: 'wrong' }))).toBe('refuses the user name or the password');
  expect(await failureOf(urlWith({ pathname: '/nowhere' }))).toBe('has no database of that name');
  expect(await failureOf(url)).toMatch(
    /^does not hold the tables of the application; missing: public.hopsworks_clusters, .*_credits$/,
  );
  await pool.query('create table public.directory_versions (version bigint)');
  expect(await failureOf(url)).toMatch(/^holds tables of a development version of hopsmeter/);
  await pool.query('drop table public.directory_versions');
  await loadApplication(pool, application);
  const asReader = urlWith({ username: role, password: 'right' });
  expect(await failureOf(asReader)).toMatch(/^does not let this role read: public.hopsworks_clusters, /);
  await pool.query(`grant select on all tables in schema public to ${role}`);
  expect(await failureOf(asReader)).toBe('none');
  await pool.query('alter table public.users enable row level security');
  expect(await failureOf(asReader)).toMatch(/^hides rows from this role by row-level security; .* public.users$/);
  await pool.query('alter table public.users disable row level security');
  await pool.query('alter table public.user_credits rename total_used to used');
  expect(await failureOf(url)).toBe('holds other tables than the application; missing: public.user_credits.total_used');
  await pool.query('alter table public.user_credits rename used to total_used');
});

it('says in one sentence why usage cannot be read, and reads the directory all the same', async () => {
  const { pool, url } = database;
  const asReader = urlWith({ username: role, password: 'right' });
  const usageFailureOf = (readerUrl: string) =>
    readUsage(readerUrl).then(
      () => 'none',
      (error: Error) => error.message,
    );
  await pool.query(`revoke select on public.usage_daily from ${role}`);
  expect(await usageFailureOf(asReader)).toBe('does not let this role read: public.usage_daily');
  expect(await failureOf(asReader)).toBe('none');
  await pool.query('alter table public.usage_daily rename date to day');
  expect(await usageFailureOf(url)).toBe('holds other tables than the application; missing: public.usage_daily.date');
  await pool.query('alter table public.usage_daily rename day to date');
  await pool.query('alter table public.usage_daily rename to usage');
  expect(await usageFailureOf(url)).toBe('does not hold the tables of the application; missing: public.usage_daily');
  await pool.query('alter table public.usage rename to usage_daily');
  await pool.query(`grant select on public.usage_daily to ${role}`);
});

/** All rows of usage, page by page. */
async function readUsage(
  url: string,
  days?: { from: string; to: string },
  take = async (_rows: readonly ApplicationUsage[]) => {},
): Promise<readonly ApplicationUsage[]> {
  const read: ApplicationUsage[] = [];
  await eachApplicationUsage(url, days, async (rows) => {
    read.push(...rows);
    await take(rows);
  });
  return read;
}

it('reads usage in pages, by day and user, as texts to the last digit', async () => {
  const { pool, url } = database;
  const days = Array.from({ length: 500 }, (_, day) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10));
  const users = application.users.slice(0, 9).map(({ id }) => id);
  await insertRows(
    pool,
    'usage_daily',
    users.flatMap((user_id) => days.map((date) => ({ user_id, date, total_cost: '0.10' }))),
  );
  await pool.query(`
    update public.usage_daily set opencost_cpu_hours = 'NaN', online_storage_gb = 123456.789,
      project_breakdown = '{"a": 1.10}'
    where date = '2025-01-01' and user_id = '${users[0]}'
  `);
  const pages: number[] = [];
  const read = await readUsage(url, undefined, async (rows) => void pages.push(rows.length));
  expect(pages).toEqual([2_000, 2_000, 500]);
  expect(read.map(({ date, userId }) => `${date} ${userId}`)).toEqual(
    days.flatMap((date) => users.toSorted().map((user) => `${date} ${user}`)),
  );
  expect(read[0]).toEqual({
    userId: users[0],
    date: '2025-01-01',
    rowCount: 1,
    accountOwnerId: null,
    clusterId: null,
    cpuHours: 'NaN',
    gpuHours: null,
    ramGbHours: null,
    onlineStorageGb: '123456.7890',
    offlineStorageGb: null,
    networkEgressGb: null,
    totalCost: '0.10',
    projectBreakdown: '{"a": 1.10}',
  });
  const refusing = readUsage(url, undefined, () => Promise.reject(new Error('of ours')));
  await expect(refusing).rejects.toThrow(/^of ours$/);
  const february = await readUsage(url, { from: '2025-02-01', to: '2025-03-01' });
  expect([february.length, february[0]?.date, february.at(-1)?.date]).toEqual([9 * 28, '2025-02-01', '2025-02-28']);
});

it('reads every row, in UTC to the microsecond, and no secret', async () => {
  const read = await readApplicationDirectory(database.url);
  for (const part of ['users', 'clusters', 'assignments', 'projects', 'credits'] as const)
    expect(read[part].length).toBe(application[part].length);
  expect(read.users.find(({ id }) => id === 'auth0|deleted')?.deletedAt).toBe('2026-10-21T00:00:00.000000Z');
  expect(read.credits.find(({ userId }) => userId === 'auth0|not-a-number')?.totalPurchased).toBe('NaN');
  expect(JSON.stringify(application)).toContain('secret-');
  expect(JSON.stringify(read)).not.toContain('secret-');
});
