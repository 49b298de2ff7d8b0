import { randomBytes } from 'node:crypto';
import { readApplicationDirectory } from '@hopsmeter/db';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication } from './harness/application-database/create-application.ts';
import { loadApplication } from './harness/application-database/load-application.ts';

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
    /^does not hold the tables of the application; missing: public.users, .*_credits$/,
  );
  await pool.query('create table public.directory_versions (version bigint)');
  expect(await failureOf(url)).toMatch(/^holds tables of a development version of hopsmeter/);
  await pool.query('drop table public.directory_versions');
  await loadApplication(pool, application);
  const asReader = urlWith({ username: role, password: 'right' });
  expect(await failureOf(asReader)).toMatch(/^does not let this role read: public.users, /);
  await pool.query(`grant select on all tables in schema public to ${role}`);
  expect(await failureOf(asReader)).toBe('none');
  await pool.query('alter table public.users enable row level security');
  expect(await failureOf(asReader)).toMatch(/^hides rows from this role by row-level security; .* public.users$/);
  await pool.query('alter table public.users disable row level security');
  await pool.query('alter table public.user_credits rename total_used to used');
  expect(await failureOf(url)).toBe('holds other tables than the application; missing: public.user_credits.total_used');
  await pool.query('alter table public.user_credits rename used to total_used');
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
