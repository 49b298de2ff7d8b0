import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ADVISORY_LOCKS } from './connection/advisory-locks.ts';

const MIGRATIONS_FOLDER = new URL('../../../drizzle/', import.meta.url);

/** What keeps a database from being migrated, and what to do about it. Nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

type Migration = {
  /** Name of its file. They are applied in the order of their names. */
  readonly name: string;
  readonly sql: string;
  readonly hash: string;
};

/** Two migrations at once take turns. */
const LOCK_MIGRATIONS = `select pg_advisory_lock(${ADVISORY_LOCKS.migrations})`;

/**
 * Applies the migrations that are missing: all of them or none. Safe to run by several processes at once: they take
 * turns.
 *
 * Everything goes into the schema `hopsmeter`, which is created unless it is there; its owner needs no right on the
 * database and none on `public`, where nothing is changed.
 *
 * @param url a direct connection (5432): the lock lives in the session, which a transaction pooler does not keep.
 * @param onWarning told what a migration could not do and went on without: a role that it may not create.
 * @throws MigrationError for a database that holds another layout than the migrations build on.
 */
export async function migrate(
  url: string,
  onWarning: (message: string) => void = (message) => process.emitWarning(message),
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'hopsmeter-migrate' });
  // Notices say what is as it should be, such as an extension that is there already.
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING' && message !== undefined) onWarning(message);
  });
  await client.connect();
  try {
    await client.query(LOCK_MIGRATIONS);
    // A failure ends the connection, and with it the transaction.
    await client.query('begin');
    const applied = await prepareSchema(client);
    for (const migration of await readMigrations()) {
      const hash = applied.get(migration.name);
      if (hash === undefined) await apply(client, migration);
      else if (hash !== migration.hash)
        throw new MigrationError(
          `this database was made by another version of drizzle/${migration.name}, and what it holds cannot be ` +
            `brought over: ${START_ANEW}`,
        );
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}

/** What to do with a database of a version that was never released. */
const START_ANEW =
  'use another database; if `npm start` made this one without DATABASE_URL, remove the folder .hopsmeter ' +
  'and start again';

/** From the catalog, which says it of schemas too that the role may not look into. $1 schema, $2 table. */
const HAS_TABLE = `
select from pg_class join pg_namespace on pg_namespace.oid = relnamespace where nspname = $1 and relname = $2`;

const HAS_SCHEMA = 'select from pg_namespace where nspname = $1';

/** Row level security without a policy: only the owner has to do with it. */
const CREATE_MIGRATIONS = `
create table hopsmeter.migrations (
  name text primary key,
  hash text not null,
  applied_at timestamptz not null default now()
);
alter table hopsmeter.migrations enable row level security`;

/** @returns the hashes of the migrations that are applied, by their names. */
async function prepareSchema(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  if (!(await exists(client, HAS_TABLE, ['hopsmeter', 'migrations']))) {
    // No application has a table of this name, and all old versions of ours had it.
    if (await exists(client, HAS_TABLE, ['public', 'directory_versions']))
      throw new MigrationError(
        'this database has the tables of hopsmeter in the schema public, as development versions before the first ' +
          `release made them, and what they hold cannot be brought over: ${START_ANEW}`,
      );
    if (!(await exists(client, HAS_SCHEMA, ['hopsmeter']))) await createSchema(client);
    await client.query(CREATE_MIGRATIONS);
  }
  const { rows } = await client.query<{ name: string; hash: string }>('select name, hash from hopsmeter.migrations');
  return new Map(rows.map(({ name, hash }) => [name, hash]));
}

async function exists(client: pg.Client, search: string, names: readonly string[]): Promise<boolean> {
  return (await client.query(search, [...names])).rowCount !== 0;
}

/** Not `if not exists`: that asks for the right to create schemas even where there is nothing to create. */
async function createSchema(client: pg.Client): Promise<void> {
  try {
    await client.query('create schema hopsmeter');
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
    const user = client.user ?? 'this user';
    throw new MigrationError(
      `the schema hopsmeter is missing and ${user} may not create it: let an administrator run "create schema ` +
        `hopsmeter authorization ${user}" in this database, then migrate again`,
      { cause: error },
    );
  }
}

async function apply(client: pg.Client, { name, sql, hash }: Migration): Promise<void> {
  await client.query(sql);
  await client.query('insert into hopsmeter.migrations (name, hash) values ($1, $2)', [name, hash]);
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(fileURLToPath(new URL(name, MIGRATIONS_FOLDER)), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
