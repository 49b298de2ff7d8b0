import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createPool, migrate, type Pool } from '@hopsmeter/db';
import pg from 'pg';

export { ADVISORY_LOCKS } from '../../../packages/db/src/connection/advisory-locks.ts';
export { closeMonth, readClosedRows } from './close-month.ts';
export { findRollupDifferences } from './find-rollup-differences.ts';
export { type ReportedUsage, recordUsage } from './record-usage.ts';
export { type SeededDirectory, seedDirectory } from './seed-directory.ts';

/** A migrated database of a test file's own. */
export type TestDatabase = {
  readonly url: string;
  readonly pool: Pool;
  /** Ends the pool and drops the database. */
  close(): Promise<void>;
};

/** Eight writers of a concurrency test, one who holds a lock and one who looks. */
const CONNECTIONS_MAX = 10;

/** Any fixed number: test files that start at once must meet at the same lock. */
const TEMPLATE_LOCK = 736_701;

const TEMPLATE_PREFIX = 'hopsmeter_template_';
const MIGRATIONS = new URL('../../../drizzle/', import.meta.url);

/**
 * Creates a database for a test file on the server of `TEST_DATABASE_URL`: a copy of a template that is migrated once
 * and again whenever a migration changes. A copy takes a tenth of the time of the migrations.
 *
 * @param withTables - default true; without, nothing is in it.
 * @throws when `TEST_DATABASE_URL` is not set: a test without its database must fail, not pass unseen.
 */
export async function createTestDatabase({ withTables = true } = {}): Promise<TestDatabase> {
  const name = `hopsmeter_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (admin) => {
    // Held while copying too: a template that is being read can be neither renamed nor dropped.
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await admin.query(`create database ${name} template ${withTables ? await prepareTemplate(admin) : 'template1'}`);
    // Nothing may depend on it: an unqualified name of ours is an error in every test.
    await admin.query(`alter database ${name} set search_path = ''`);
  });
  const url = urlOf(name);
  const pool = createPool({ url, connectionsMax: CONNECTIONS_MAX, onIdleError: () => undefined });
  return {
    url,
    pool,
    async close() {
      await pool.end();
      await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function prepareTemplate(admin: pg.Client): Promise<string> {
  const template = TEMPLATE_PREFIX + hashMigrations();
  const result = await admin.query<{ name: string }>('select datname as name from pg_database where datname like $1', [
    `${TEMPLATE_PREFIX}%`,
  ]);
  const known = result.rows.map(({ name }) => name);
  if (known.includes(template)) return template;
  for (const old of known) await admin.query(`drop database ${old} with (force)`);
  // Renamed when it is complete: a run that is killed in the middle must not leave half a template.
  const unfinished = `${TEMPLATE_PREFIX}unfinished`;
  await admin.query(`create database ${unfinished}`);
  await migrate(urlOf(unfinished));
  await admin.query(`alter database ${unfinished} rename to ${template}`);
  return template;
}

function hashMigrations(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(fileURLToPath(MIGRATIONS)).sort())
    if (name.endsWith('.sql')) hash.update(`${name}\0`).update(readFileSync(new URL(name, MIGRATIONS)));
  return hash.digest('hex').slice(0, 12);
}

async function asAdmin(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl() });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined || url === '')
    throw new Error(
      'Set TEST_DATABASE_URL to a Postgres on which tests may create databases, such as ' +
        'postgres://postgres@127.0.0.1:5432/postgres; npm test starts one by itself',
    );
  return url;
}
