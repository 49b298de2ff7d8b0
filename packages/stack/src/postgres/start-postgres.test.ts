import { once } from 'node:events';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from './start-postgres.ts';

/** initdb and the first checkpoint on a busy machine. */
const TEST_DEADLINE_MS = 120_000;

let directory: string;
let postgres: Postgres;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-postgres-'));
  postgres = await startPostgres({ directory });
}, TEST_DEADLINE_MS);

afterAll(async () => {
  await postgres?.close();
  await rm(directory, { recursive: true, force: true });
}, TEST_DEADLINE_MS);

test('runs with the settings that the promises need', async () => {
  const names = [
    'fsync',
    'synchronous_commit',
    'TimeZone',
    'listen_addresses',
    'password_encryption',
    'data_checksums',
  ];
  const rows = await query('select name, setting from pg_settings where name = any($1)', [names]);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    TimeZone: 'UTC',
    listen_addresses: '127.0.0.1',
    password_encryption: 'scram-sha-256',
    data_checksums: 'on',
  });
});

test('keeps committed data over kill -9 and a restart, on the same address', {
  timeout: TEST_DEADLINE_MS,
}, async () => {
  await query('create table survivors (id int)');
  await query('insert into survivors select generate_series(1, 1000)');
  const { pid, url } = postgres;
  // A connection that is open during the kill leaves a backend that holds the shared memory for a moment.
  const witness = new Client({ connectionString: url });
  witness.on('error', () => undefined);
  await witness.connect();
  await postgres.kill('SIGKILL');
  await postgres.restart();
  expect(postgres.pid).not.toBe(pid);
  expect(postgres.url).toBe(url);
  expect(await query('select count(*)::int as count from survivors')).toEqual([{ count: 1000 }]);
});

test('comes back from a restart while a client is connected', { timeout: TEST_DEADLINE_MS }, async () => {
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  await postgres.restart();
  expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
});

test('refuses a second start beside the first and names its pid', async () => {
  await expect(startPostgres({ directory })).rejects.toThrow(`pid ${postgres.pid}`);
});

test('keeps the password to its owner', async () => {
  expect((await stat(join(directory, 'postgres/password'))).mode & 0o777).toBe(0o600);
});

test('refuses data that a server without a record has open', { timeout: TEST_DEADLINE_MS }, async () => {
  await rm(join(directory, 'processes/postgres.json'));
  await expect(startPostgres({ directory })).rejects.toThrow(`A Postgres (pid ${postgres.pid}) has`);
});

test('finds its data at the next start, though the old pid now is another program', {
  timeout: TEST_DEADLINE_MS,
}, async () => {
  await query('create table if not exists found_again (id int)');
  await postgres.close();
  await writeFile(join(directory, 'postgres/data/postmaster.pid'), `${process.pid}\n`);
  postgres = await startPostgres({ directory });
  expect(await query('select count(*)::int as count from found_again')).toEqual([{ count: 0 }]);
});

test('avoids a port that is taken, unless it was asked for', { timeout: TEST_DEADLINE_MS }, async () => {
  await postgres.close();
  const other = createServer();
  other.listen(54_329, '127.0.0.1');
  // When another stack has the port already, that serves the test as well.
  await once(other, 'listening').catch(() => undefined);
  try {
    await expect(startPostgres({ directory, port: 54_329 })).rejects.toThrow('Port 54329 on 127.0.0.1 is taken');
    postgres = await startPostgres({ directory });
    expect(postgres.port).not.toBe(54_329);
  } finally {
    other.close();
  }
});

test('says so when the password is lost', { timeout: TEST_DEADLINE_MS }, async () => {
  await postgres.close();
  const path = join(directory, 'postgres/password');
  await rename(path, `${path}.lost`);
  await expect(startPostgres({ directory })).rejects.toThrow(`${path} is missing`);
});

async function query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
