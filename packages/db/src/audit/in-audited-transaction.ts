import { ADVISORY_LOCKS } from '../connection/advisory-locks.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { finiteInstantText } from '../sql/instant.ts';
import { type AuditEntry, addAuditRow, type Change } from './audit-row.ts';
import { toRuleError } from './rule-error.ts';

/** A transaction that holds the directory alone and writes what it does into the audit log. */
export type AuditedTransaction = Query & {
  /** The moment of the change by the database's clock, read behind the lock; RFC 3339 with microseconds. */
  readonly now: string;
  /** Writes a row of the audit log in this transaction. */
  audit(entry: AuditEntry): Promise<void>;
};

/**
 * Takes the lock that the triggers of the directory's tables take (see drizzle/0003_directory.sql) before anything is
 * read, and reads the clock behind it.
 *
 * Guarantees: from here on nobody else changes the directory, and no record statement runs; what is read stays true
 * until the commit. Moments of changes follow the order of their commits. Held until the transaction ends, so it works
 * on a transaction pooler. It is the first lock of every change, so that changes and record statements cannot wait for
 * each other in a circle.
 */
const LOCK_DIRECTORY = `
with locked as materialized (select pg_advisory_xact_lock(${ADVISORY_LOCKS.directory}))
select ${finiteInstantText('clock_timestamp()')} as now from locked
`;

/**
 * Changes something that people enter (the directory, prices, statements, alerts) in one exclusive transaction: all of
 * it or nothing, audit rows included.
 *
 * @param isDryRun takes everything back at the end, so that the answer tells what would have happened.
 * @throws RequestError what a rule says; everything else as it came.
 */
export async function inAuditedTransaction<T>(
  pool: Pool,
  change: Change,
  work: (transaction: AuditedTransaction) => Promise<T>,
  isDryRun = false,
): Promise<T> {
  try {
    return await inTransaction(pool, async (query) => work(await openTransaction(query, change)), { isDryRun });
  } catch (error) {
    throw toRuleError(error);
  }
}

async function openTransaction(query: Query, change: Change): Promise<AuditedTransaction> {
  const [clock] = await query.rowsOf<{ now: string }>(LOCK_DIRECTORY);
  if (clock === undefined) throw new Error('the database did not tell the time');
  const { now } = clock;
  return { ...query, now, audit: (entry) => addAuditRow(query, change, entry, now) };
}
