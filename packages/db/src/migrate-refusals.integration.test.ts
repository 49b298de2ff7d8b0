import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createPool, type Pool } from './connection/pool.ts';
import { MigrationError, migrate } from './migrate.ts';

const PASSWORD = 'only for this test';

let server: TestDatabase;
let name: string;
let url: string;
/** Of the superuser, in the database that is to be migrated. */
let admin: Pool;

beforeAll(async () => {
  server = await createTestDatabase();
});
afterAll(() => server?.close());

/** An empty database, which is gone after the test. */
beforeEach(async () => {
  name = `hopsmeter_test_${randomBytes(6).toString('hex')}`;
  await server.pool.query(`create database ${name} template template0`);
  const target = new URL(server.url);
  target.pathname = `/${name}`;
  url = target.href;
  admin = createPool({ url, connectionsMax: 1, onIdleError: () => undefined });
  return async () => {
    await admin.end();
    await server.pool.query(`drop database ${name} with (force)`);
  };
});

async function schemas(): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname !~ '^pg_' order by 1`,
  );
  return rows.map((row) => row.name);
}

it('refuses a database with the tables of an old version in public, and changes nothing', async () => {
  await admin.query('create table public.users (id text); create table public.directory_versions (version bigint)');
  const before = await schemas();
  await expect(migrate(url)).rejects.toThrow(MigrationError);
  await expect(migrate(url)).rejects.toThrow(/in the schema public, as development versions .* use another database/);
  expect(await schemas()).toEqual(before);
});

it('takes tables of the same names for those of an application', async () => {
  await admin.query('create table public.users (id integer); create table public.usage_daily (date date)');
  await admin.query('create schema drizzle; create table drizzle.__drizzle_migrations (id integer)');
  await migrate(url);
  expect((await admin.query('select from hopsmeter.users')).rows).toEqual([]);
});

it('refuses a database that another version of the same migrations made, and changes nothing', async () => {
  await migrate(url);
  await admin.query(`delete from hopsmeter.migrations where name = '0091_rights.sql'`);
  await admin.query(`update hopsmeter.migrations set hash = 'another' where name = '0003_directory.sql'`);
  await expect(migrate(url)).rejects.toThrow('made by another version of drizzle/0003_directory.sql');
  expect((await admin.query(`select from hopsmeter.migrations where name = '0091_rights.sql'`)).rows).toEqual([]);
});

it('tells a role that owns nothing what an administrator has to run, and needs no more than that', async () => {
  const role = `${name}_owner`;
  await admin.query(`create role ${role} login password '${PASSWORD}'`);
  try {
    await admin.query('revoke all on schema public from public');
    await admin.query(`revoke create, temporary on database ${name} from public`);
    const target = new URL(url);
    target.username = role;
    target.password = PASSWORD;
    await expect(migrate(target.href)).rejects.toThrow(`run "create schema hopsmeter authorization ${role}"`);
    await admin.query(`create schema hopsmeter authorization ${role}`);
    await expect(migrate(target.href)).rejects.toThrow('run "create extension btree_gist"');
    expect((await admin.query(`select from pg_class where relnamespace = 'hopsmeter'::regnamespace`)).rows).toEqual([]);
    // Nobody but its owner may look into the schema of the extensions; their operators are found nevertheless.
    await admin.query('create schema extensions; create extension btree_gist schema extensions');
    await migrate(target.href);
    await migrate(target.href);
    const { rows } = await admin.query('select distinct tableowner as owner from pg_tables where schemaname = $1', [
      'hopsmeter',
    ]);
    expect(rows).toEqual([{ owner: role }]);
  } finally {
    await admin.query(`drop owned by ${role} cascade`);
    await admin.query(`drop role ${role}`);
  }
});

it('puts the extension it needs into the schema extensions, or else into its own, but never into public', async () => {
  await admin.query('create schema extensions');
  await migrate(url);
  expect(await extensionSchema()).toBe('extensions');
  await admin.query('drop schema hopsmeter cascade; drop extension btree_gist; drop schema extensions');
  await migrate(url);
  expect(await extensionSchema()).toBe('hopsmeter');
});

async function extensionSchema(): Promise<string | undefined> {
  const { rows } = await admin.query<{ name: string }>(
    `select extnamespace::regnamespace::text as name from pg_extension where extname = 'btree_gist'`,
  );
  return rows[0]?.name;
}
