import type { PoolClient } from 'pg';
import type { Pool } from './pool.ts';

/** A connection that does not answer this in time is closed, which takes the transaction back too, but later. */
const ROLLBACK = { text: 'rollback', query_timeout: 5_000 };

/**
 * Runs statements in one transaction: all of them or none. Holds one connection; keeps nothing in its session, so it
 * runs on a transaction pooler.
 *
 * @throws what the work or the database throws; then nothing was changed, and unless the connection was lost no row is
 *   locked any more: whoever tries again with `skip locked` sees them all.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    broken = await client.query(ROLLBACK).then(
      () => undefined,
      (failure: Error) => failure,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
