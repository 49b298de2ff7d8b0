import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import type { PoolClient } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from './in-transaction.ts';

let database: TestDatabase;
let other: PoolClient;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    'create table public.counters (value integer not null); insert into public.counters values (0)',
  );
  other = await database.pool.connect();
});
afterEach(async () => {
  other.release();
  await database.close();
});

describe('a transaction that fails', () => {
  // Closing the connection instead leaves the rows locked until the server notices, most of these times.
  it.each([
    ['the database refuses a statement', 'select 1 / 0', 'division by zero'],
    ['the work refuses', undefined, 'not wanted'],
  ])('leaves nothing changed and nothing locked when %s', async (_, sql, message) => {
    for (let i = 0; i < 100; i += 1) {
      const failing = inTransaction(database.pool, async ({ rowsOf }) => {
        await rowsOf('update public.counters set value = value + 1');
        if (sql === undefined) throw new Error('not wanted');
        await rowsOf(sql);
      });
      await expect(failing).rejects.toThrow(message);
      const { rows } = await other.query('select value from public.counters for update skip locked');
      expect(rows).toEqual([{ value: 0 }]);
    }
  });
});
