import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../postgres/start-postgres.ts';
import { type PgBouncer, startPgBouncer } from './start-pgbouncer.ts';

/** Covers getting PgBouncer on a machine that has none. */
const TEST_DEADLINE_MS = 300_000;

let directory: string;
let postgres: Postgres;
let pooler: PgBouncer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-pgbouncer-'));
  postgres = await startPostgres({ directory });
  pooler = await startPgBouncer({ directory, postgresUrl: postgres.url });
}, TEST_DEADLINE_MS);

afterAll(async () => {
  await pooler?.close();
  await postgres?.close();
  await rm(directory, { recursive: true, force: true });
}, TEST_DEADLINE_MS);

test('gives each transaction whatever connection is free', async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, () => connect(pooler.url)));
  try {
    const pids = new Set<unknown>();
    const ask = async (client: Client) => pids.add((await client.query('select pg_backend_pid() as pid')).rows[0].pid);
    for (let round = 0; round < 5; round++) await Promise.all(clients.map(ask));
    expect(pids.size).toBeLessThanOrEqual(4);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
});

test('refuses what needs a session', async () => {
  const [one, two] = [await connect(pooler.url), await connect(pooler.url)];
  try {
    // The one that is in a transaction keeps its connection, so the other one is given another.
    await one.query({ name: 'kept', text: 'select 1' });
    await two.query('begin');
    await expect(one.query({ name: 'kept', text: 'select 1' })).rejects.toMatchObject({ code: '26000' });
  } finally {
    await two.query('rollback');
    await Promise.all([one.end(), two.end()]);
  }
  await expect(connect(pooler.url, { options: '-c statement_timeout=1000' })).rejects.toThrow(
    'unsupported startup parameter: options',
  );
});

test('takes nobody without the password', async () => {
  const url = new URL(pooler.url);
  url.password = 'wrong';
  await expect(connect(url.href)).rejects.toThrow('authentication failed');
});

test('keeps its password to its owner', async () => {
  for (const file of ['users.txt', 'pgbouncer.ini']) {
    expect((await stat(join(directory, 'pgbouncer', file))).mode & 0o777).toBe(0o600);
  }
});

test('comes back on the same address after kill -9', async () => {
  const { pid, url } = pooler;
  await pooler.kill('SIGKILL');
  await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
  await pooler.restart();
  expect(pooler.pid).not.toBe(pid);
  const client = await connect(url);
  await client.end();
});

async function connect(url: string, more: { options?: string } = {}): Promise<Client> {
  const client = new Client({ connectionString: url, ssl: false, ...more });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
