import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeError } from './cli-error.ts';
import { createScreen } from './console/screen.ts';
import { runMigrate } from './run-migrate.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.close());

/** What a person reads on the error stream. */
async function failureOf(env: Record<string, string>): Promise<string> {
  const screen = createScreen({ write: () => true });
  return runMigrate(env, screen).then(
    () => 'none',
    (error: unknown) => describeError(error),
  );
}

it('brings a database up to date, again and again', async () => {
  expect(await failureOf({ DATABASE_URL: database.url })).toBe('none');
});

it('says what is wrong with a database in one sentence without a stack', async () => {
  expect(await failureOf({})).toMatch(/^Set DATABASE_DIRECT_URL or DATABASE_URL/);
  expect(await failureOf({ DATABASE_URL: 'postgres://127.0.0.1:1/x' })).toMatch(/^Postgres at .*ECONNREFUSED/);
  await database.pool.query('drop schema hopsmeter cascade; create table public.directory_versions (version bigint)');
  const failure = await failureOf({ DATABASE_URL: database.url });
  expect(failure).toMatch(
    /^Postgres at .* \(DATABASE_URL\): this database has the tables of hopsmeter in the schema public/,
  );
  expect(failure).toContain('remove the folder .hopsmeter');
  expect(failure).not.toContain('\n');
});
