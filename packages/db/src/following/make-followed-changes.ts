import { RequestError, type RowPlan } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import { toRuleError } from '../audit/rule-error.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { makeDirectoryChange } from '../moving-in/make-directory-change.ts';

import { rememberRows } from './remember-rows.ts';
import { keepTurn } from './turn.ts';

/** In the audit log. */
const CHANGE: Change = { actor: { kind: 'system', id: 'following' }, requestId: 'following' };

const REASON = 'changed in the application';

/** While a part holds the directory nothing is recorded, see `makeDirectoryChanges`. */
const ROWS_PER_TRANSACTION = 25;

const READ_VERSION = 'select version::text from hopsmeter.directory_versions';

/** What became of plans. */
export type FollowedChanges = {
  /** How many changes were made, by kind. */
  readonly made: ReadonlyMap<string, number>;
  /** Plans whose changes a rule refused: nothing of them was made. */
  readonly refused: ReadonlyMap<RowPlan, string>;
  /** False when somebody else changed the directory meanwhile: plan again. */
  readonly isComplete: boolean;
};

/**
 * Makes the changes of plans in parts, each in one transaction with what is remembered of its rows. A part is made only
 * in the directory that it was planned for, so that nothing is overwritten that somebody entered a moment ago.
 *
 * @param version of the directory that the plans are for.
 * @throws TurnPassedError, or the signal's reason between two parts.
 */
export async function makeFollowedChanges(
  pool: Pool,
  turnId: string,
  plans: readonly RowPlan[],
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<FollowedChanges> {
  const made = new Map<string, number>();
  const refused = new Map<RowPlan, string>();
  const due = plans.filter(({ changes }) => changes.length > 0);
  let current: string | undefined = version;
  for (let begin = 0; begin < due.length && current !== undefined; begin += ROWS_PER_TRANSACTION) {
    signal.throwIfAborted();
    const part = due.slice(begin, begin + ROWS_PER_TRANSACTION);
    const expected: string = current;
    current = await inAuditedTransaction(pool, CHANGE, async (transaction) => {
      if ((await readVersion(transaction)) !== expected) return undefined;
      await keepTurn(transaction, turnId);
      for (const plan of part) {
        const refusal = await attempt(transaction, plan);
        if (refusal !== undefined) refused.set(plan, refusal);
        else for (const { kind } of plan.changes) made.set(kind, (made.get(kind) ?? 0) + 1);
      }
      return readVersion(transaction);
    });
  }
  return { made, refused, isComplete: current !== undefined };
}

/** Remembers rows in which nothing is to be changed. @throws TurnPassedError */
export function rememberInTurn(pool: Pool, turnId: string, plans: readonly RowPlan[]): Promise<void> {
  return inTransaction(pool, async (query) => {
    await keepTurn(query, turnId);
    await rememberRows(query, plans);
  });
}

async function readVersion({ rowsOf }: AuditedTransaction): Promise<string> {
  const [row] = await rowsOf<{ version: string }>(READ_VERSION);
  if (row === undefined) throw new Error('the directory has no version');
  return row.version;
}

/** Makes all changes of a row, or none. @returns what a rule said. */
async function attempt(transaction: AuditedTransaction, plan: RowPlan): Promise<string | undefined> {
  await transaction.rowsOf('savepoint one_row');
  try {
    for (const change of plan.changes) await makeDirectoryChange(transaction, CHANGE.actor.id, change, REASON);
    await rememberRows(transaction, [plan]);
    await transaction.rowsOf('release savepoint one_row');
    return undefined;
  } catch (error) {
    const refusal = toRuleError(error);
    if (!(refusal instanceof RequestError)) throw error;
    await transaction.rowsOf('rollback to savepoint one_row');
    return `${refusal.code}: ${refusal.message}`;
  }
}
