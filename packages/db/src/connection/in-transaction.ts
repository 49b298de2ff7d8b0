import type { Pool } from './pool.ts';
import { type Query, queryOf } from './query.ts';

/** A connection that does not answer this in time is closed, which takes the transaction back too, but later. */
const ROLLBACK = { text: 'rollback', query_timeout: 5_000 };

/**
 * Runs statements in one transaction: all of them or none. Holds one connection; keeps nothing in its session, so it
 * runs on a transaction pooler.
 *
 * @param isDryRun takes everything back at the end, so that the result tells what would have happened.
 * @throws what the work or the database throws; then nothing was changed, and unless the connection was lost no row is
 *   locked any more: whoever tries again with `skip locked` sees them all.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (query: Query) => Promise<T>,
  { isDryRun = false }: { readonly isDryRun?: boolean } = {},
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(queryOf(client));
    await client.query(isDryRun ? 'rollback' : 'commit');
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
