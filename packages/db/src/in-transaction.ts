import type { PoolClient } from 'pg';
import type { Pool } from './pool.ts';

/**
 * Runs statements in one transaction: all of them or none. Holds one connection; keeps nothing in its session, so it runs
 * on a transaction pooler.
 *
 * @throws what the work or the database throws; then nothing was changed.
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
    // Closed, which takes the transaction back: whether the connection is still good is not worth finding out.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
