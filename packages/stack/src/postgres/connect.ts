import { Client } from 'pg';
import { LOOPBACK } from '../process/choose-port.ts';
import { POSTGRES_USER } from './init-data.ts';

/** The database of the local stack. */
const DATABASE = 'hopsmeter';

/** The server is on this machine: one that takes longer to answer is not ready. */
const ANSWER_DEADLINE_MS = 2_000;

/** Creating a database copies a template of 8 MB and waits for a checkpoint, which a recovery may have made large. */
const CREATE_DEADLINE_MS = 60_000;

/** The URL of the database, or of another one on the same server. */
export function postgresUrl(port: number, password: string, database: string = DATABASE): string {
  return `postgresql://${POSTGRES_USER}:${password}@${LOOPBACK}:${port}/${database}`;
}

/** Whether the server answers a query with our password; a stranger's server on the port does not. */
export async function isAccepting(port: number, password: string): Promise<boolean> {
  return withClient(port, password, ANSWER_DEADLINE_MS, async (client) => {
    const { rowCount } = await client.query('select 1');
    return rowCount === 1;
  });
}

/** Creates the database when it is not there. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, CREATE_DEADLINE_MS, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

/** Connects to `postgres`, the database that is always there. */
async function withClient<T>(
  port: number,
  password: string,
  withinMs: number,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: postgresUrl(port, password, 'postgres'),
    // A developer's PGSSLMODE is about another server.
    ssl: false,
    connectionTimeoutMillis: ANSWER_DEADLINE_MS,
    query_timeout: withinMs,
  });
  // A connection that breaks while idle reports here; without a listener that would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
