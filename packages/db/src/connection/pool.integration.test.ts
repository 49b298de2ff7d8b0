import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from './in-transaction.ts';
import { createPool, type Pool } from './pool.ts';

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, connectionsMax: 2, onIdleError: () => undefined });
});

afterEach(async () => {
  await pool.end();
  await database.close();
});

describe('a connection that breaks in the middle of a transaction', () => {
  // An `error` event that nobody hears is an uncaught exception: vitest fails then, and a service would end.
  it('between two statements: the next one fails, the process lives', async () => {
    const broken = new Promise((resolve) => pool.once('connect', (client) => client.once('end', resolve)));
    const work = inTransaction(pool, async ({ rowsOf }) => {
      const [row] = await rowsOf<{ pid: number }>('select pg_backend_pid() as pid');
      await database.pool.query('select pg_terminate_backend($1)', [row?.pid]);
      await broken;
      await rowsOf('select 1');
    });
    await expect(work).rejects.toThrow(/not queryable|terminat/i);
  });

  it('during a statement: that one fails, the process lives', async () => {
    const work = inTransaction(pool, async ({ rowsOf }) => {
      const [row] = await rowsOf<{ pid: number }>('select pg_backend_pid() as pid');
      const sleeping = rowsOf('select pg_sleep(60)');
      await Promise.all([sleeping, database.pool.query('select pg_terminate_backend($1)', [row?.pid])]);
    });
    await expect(work).rejects.toThrow(/terminat/i);
  });

  it('leaves a pool that opens another one', async () => {
    await expect(inTransaction(pool, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});
