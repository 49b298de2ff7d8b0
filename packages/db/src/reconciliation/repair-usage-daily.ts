import { LEDGER_RETENTION_DAYS, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import { kindOfFailure } from '../connection/errors.ts';
import type { Pool } from '../connection/pool.ts';
import { checkDay } from './check-day.ts';
import { repairAccountDays } from './compare-account-days.ts';
import { type RepairedRow, repairDay } from './repair-day.ts';

/** Days that one repair takes: recording waits for it, 0.3 s for a day of 33,000 ledger rows on 2 cores. */
const DAYS_MAX = 31;

/** Rows that are told, and written into the audit log, of each kind: a thousand rows are half a megabyte. */
const ROWS_TOLD_MAX = 1_000;

/** Rows of a refusal that are named in its text. */
const ROWS_NAMED_MAX = 20;

/**
 * The days of comparison $1 on which rows differ by the newest result, the oldest first, and whether the ledger may
 * have forgotten some of them; $2 says how many days it reaches back. No lock: the directory is held.
 */
const FIND_DIFFERING_DAYS = `
select
  status,
  array(
    select day::text from hopsmeter.reconciled_days
    where day = any (differing_days) and reconciled_days.differing_rows > 0
      and day >= (now() at time zone 'UTC')::date - $2::integer
    order by day
  ) as days
from hopsmeter.reconciliations where id = $1::uuid
`;

/** What a repair did. */
export type Repair = {
  /** Rows that were written or removed, those of the summaries of accounts and days included. */
  readonly repairedRows: number;
  /**
   * Rows booked in closed months, which stay as they are: a person restores them from the statement. With them
   * adjustments of such months, until that is done.
   */
  readonly closedRows: number;
  /** Rows that no price can be found for. */
  readonly unpricedRows: number;
  /** Days that one more repair has to take. */
  readonly leftDays: number;
  /** Every row that differed, with what became of it; the first thousand. */
  readonly rows: readonly RepairedRow[];
};

/**
 * Makes the rollup what the ledger and the prices say, on the days on which a comparison found differences. Never done
 * by itself: a person says why, and the audit log keeps every row as it was.
 *
 * All of it in one transaction that holds the directory: batches wait, and are recorded after it. What differs is found
 * anew; where nothing does, nothing is written, and no audit row.
 *
 * @throws RequestError NOT_FOUND, RECONCILIATION_RUNNING, REASON_REQUIRED; DIFFERS_IN_CLOSED_MONTH when all that
 * differs is booked in closed months or waits for them; NOT_REPAIRABLE when the rollup cannot take what the ledger
 * says. Then nothing was changed.
 */
export async function repairUsageDaily(
  pool: Pool,
  change: Change,
  { reconciliationId, reason }: { readonly reconciliationId: string; readonly reason: string },
): Promise<Repair> {
  if (reason.trim() === '') throw new RequestError('REASON_REQUIRED', 'say in reason why the rollup is repaired');
  try {
    return await inAuditedTransaction(pool, change, (transaction) => repair(transaction, reconciliationId, reason));
  } catch (error) {
    if (error instanceof RequestError || kindOfFailure(error) !== 'data') throw error;
    throw new RequestError('NOT_REPAIRABLE', undefined, { cause: error });
  }
}

async function repair(transaction: AuditedTransaction, id: string, reason: string): Promise<Repair> {
  const [found] = await transaction.rowsOf<{ status: string; days: readonly string[] }>(FIND_DIFFERING_DAYS, [
    id,
    LEDGER_RETENTION_DAYS,
  ]);
  if (found === undefined) throw new RequestError('NOT_FOUND', `there is no reconciliation ${id}`);
  if (found.status !== 'done') throw new RequestError('RECONCILIATION_RUNNING');
  const days = found.days.slice(0, DAYS_MAX);
  const rows: RepairedRow[] = [];
  let summaryRows = 0;
  for (const day of days) {
    rows.push(...(await repairDay(transaction, day)));
    summaryRows += await repairAccountDays(transaction, day);
    // The day's newest result is what the metric shows; it also proves that the repair did what it should.
    await checkDay(transaction, { day, reconciliationId: id });
  }
  const repaired = rows.filter(({ outcome }) => outcome === 'written' || outcome === 'gone');
  const closed = rows.filter(({ outcome }) => outcome === 'closed' || outcome === 'unsettled');
  const repairedRows = repaired.length + summaryRows;
  if (repairedRows === 0 && closed.length > 0) throw new RequestError('DIFFERS_IN_CLOSED_MONTH', nameRows(closed));
  if (repairedRows > 0)
    await transaction.audit({
      action: 'repair_usage_daily',
      entity: 'reconciliations',
      entityId: id,
      before: { rows: repaired.slice(0, ROWS_TOLD_MAX) },
      after: { days, repairedRows },
      reason,
    });
  return {
    repairedRows,
    closedRows: closed.length,
    unpricedRows: rows.length - repaired.length - closed.length,
    leftDays: found.days.length - days.length,
    rows: rows.slice(0, ROWS_TOLD_MAX),
  };
}

/** Which rows a person has to restore from their statements. */
function nameRows(rows: readonly RepairedRow[]): string {
  const named = rows.slice(0, ROWS_NAMED_MAX).map((row) => {
    const place =
      `account ${row.accountOwnerId}, booked on ${row.bookedOn}, used on ${row.usageDate} by ${row.userId}, ` +
      `${row.meter}, project ${row.projectId ?? 'none'}`;
    return row.outcome === 'closed' ? place : `${place} (an adjustment: closed months differ from their statements)`;
  });
  const rest = rows.length > named.length ? `; and ${rows.length - named.length} more` : '';
  return `rows of closed months have to be restored from their statements: ${named.join('; ')}${rest}`;
}
