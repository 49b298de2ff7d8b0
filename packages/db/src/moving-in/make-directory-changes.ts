import { type DirectoryChange, type ListedRow, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import { toRuleError } from '../audit/rule-error.ts';
import type { Pool } from '../connection/pool.ts';
import { makeDirectoryChange } from './make-directory-change.ts';

/**
 * While a part holds the directory nothing is recorded, so it is short: a change is some ten statements. Much smaller
 * parts would make workers read the directory again for each.
 */
const CHANGES_PER_TRANSACTION = 25;

const REASON = 'moved in from the application database';

export type ChangesProgress = {
  readonly signal: AbortSignal;
  onPart(madeCount: number): void;
};

/**
 * Makes the changes of a plan in parts, each in one transaction. Whatever ends it, even a kill, leaves whole parts:
 * planned again, what is left is made.
 *
 * @returns the rows that a rule refused, because something changed since the plan was made.
 * @throws the signal's reason between two parts.
 */
export async function makeDirectoryChanges(
  pool: Pool,
  change: Change,
  changes: readonly DirectoryChange[],
  { signal, onPart }: ChangesProgress,
): Promise<readonly ListedRow[]> {
  const refused: ListedRow[] = [];
  for (let begin = 0; begin < changes.length; begin += CHANGES_PER_TRANSACTION) {
    signal.throwIfAborted();
    const part = changes.slice(begin, begin + CHANGES_PER_TRANSACTION);
    const refusedNow = await inAuditedTransaction(pool, change, (transaction) =>
      makePart(transaction, change.actor.id, part),
    );
    refused.push(...refusedNow);
    onPart(begin + part.length);
  }
  return refused;
}

async function makePart(
  transaction: AuditedTransaction,
  actorId: string,
  part: readonly DirectoryChange[],
): Promise<readonly ListedRow[]> {
  const refused: ListedRow[] = [];
  for (const one of part) {
    const refusal = await attempt(transaction, actorId, one);
    if (refusal !== undefined)
      refused.push({ table: one.table, key: one.key, reason: `${refusal.code}: ${refusal.message}` });
  }
  return refused;
}

/** Makes one change or nothing of it; the others of its part stay. */
async function attempt(
  transaction: AuditedTransaction,
  actorId: string,
  change: DirectoryChange,
): Promise<RequestError | undefined> {
  await transaction.rowsOf('savepoint one_change');
  try {
    await makeDirectoryChange(transaction, actorId, change, REASON);
    await transaction.rowsOf('release savepoint one_change');
    return undefined;
  } catch (error) {
    const refusal = toRuleError(error);
    if (!(refusal instanceof RequestError)) throw error;
    await transaction.rowsOf('rollback to savepoint one_change');
    return refusal;
  }
}
