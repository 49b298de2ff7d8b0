import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startMariaDb } from './start-mariadb.ts';

/** Covers getting MariaDB on a machine that has none. */
const TEST_DEADLINE_MS = 300_000;

test('starts an empty MariaDB that comes back on the same port', { timeout: TEST_DEADLINE_MS }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-mariadb-'));
  const mariadb = await startMariaDb({ directory, setup: ['create database ndbinfo'] });
  try {
    const { port } = mariadb;
    await mariadb.restart();
    expect(mariadb.port).toBe(port);
  } finally {
    await mariadb.close();
    await rm(directory, { recursive: true, force: true });
  }
});
