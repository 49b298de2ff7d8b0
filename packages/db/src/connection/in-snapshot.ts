import { inTransaction } from './in-transaction.ts';
import type { Pool } from './pool.ts';
import type { Query } from './query.ts';

/**
 * Makes the transaction's statements see one state of the database. Holds no lock that a writer would wait for, and no
 * session state.
 */
const READ_ONE_SNAPSHOT = 'set transaction isolation level repeatable read, read only';

/**
 * Reads with several statements as if they were one. Holds one connection.
 *
 * @throws what the work or the database throws.
 */
export function inSnapshot<T>(pool: Pool, work: (snapshot: Query) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (query) => {
    await query.rowsOf(READ_ONE_SNAPSHOT);
    return work(query);
  });
}
