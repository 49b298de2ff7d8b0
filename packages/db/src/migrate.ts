import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/** Any fixed number: two migrations at once must meet at the same lock. */
const MIGRATION_LOCK = 736_700;

/**
 * Applies the migrations that are missing. Safe to run by several processes at once: they take turns.
 *
 * @param url a direct connection (5432): the lock lives in the session, which a transaction pooler does not keep.
 * @param onWarning told what a migration could not do and went on without: a role that it may not create.
 */
export async function migrate(
  url: string,
  onWarning: (message: string) => void = (message) => process.emitWarning(message),
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'hopsmeter-migrate' });
  // Notices say what is as it should be, such as a schema that is there already.
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING' && message !== undefined) onWarning(message);
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end();
  }
}
