import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { findStatementDifferences } from '../statements/find-statement-differences.ts';
import { checkDay, STORED_DIFFERENCES_MAX } from './check-day.ts';
import { refreshClusterHours } from './refresh-cluster-hours.ts';
import { takeTurn } from './take-turn.ts';

/**
 * Longest that a statement about one day may take. The pool's own limit is for statements of milliseconds; a day of ten
 * million ledger rows takes half a minute.
 */
const DAY_TIMEOUT_MS = 600_000;

/**
 * The comparison to go on with: what a person waits for comes first, then the oldest. Its next day, NULL when only the
 * statements are left: they are compared when a person asks, else about once a day, because that reads all closed
 * months. Parameters: $1 rows to keep at most. No lock: it is one's turn.
 */
const TAKE_NEXT = `
select
  id, days[checked_days + 1]::text as day, greatest($1::bigint - differing_rows, 0)::integer as "storedMax",
  kind = 'requested' or not exists (
    select from hopsmeter.reconciliations as earlier
    where earlier.statement_difference_count is not null and earlier.finished_at > now() - interval '20 hours'
  ) as "wantsStatements"
from hopsmeter.reconciliations where status <> 'done'
order by kind = 'scheduled', requested_at, id
limit 1
`;

/**
 * Notes that a day is done. Parameters: $1 comparison, $2 day, $3 rows, $4 differing rows, $5 their costs' difference.
 */
const NOTE_DAY = `
update hopsmeter.reconciliations set
  status = 'running',
  started_at = coalesce(started_at, now()),
  checked_days = checked_days + 1,
  checked_rows = checked_rows + $3::bigint,
  differing_rows = differing_rows + $4::bigint,
  differing_days = case when $4::bigint > 0 then differing_days || $2::date else differing_days end,
  cost_difference = cost_difference + $5::numeric
where id = $1::uuid
`;

/**
 * Takes day $2 out of comparison $1: it could not be compared, and the days and comparisons behind it must not wait for
 * it. It stays the longest unchecked day, so a later comparison takes it again.
 */
const SKIP_DAY = `
update hopsmeter.reconciliations set days = days[1:checked_days] || array_remove(days[checked_days + 1:], $2::date)
where id = $1::uuid and status <> 'done'
`;

/** Ends a comparison. Parameters: $1 comparison, $2 what statements say and is not so as JSON, $3 how much, or NULL. */
const FINISH = `
update hopsmeter.reconciliations set
  status = 'done', started_at = coalesce(started_at, now()), finished_at = clock_timestamp(),
  statement_differences = $2::jsonb, statement_difference_count = $3::integer
where id = $1::uuid
`;

/** `checked`: a step was made, ask again; `busy`: somebody else is at it; `idle`: nothing is asked for. */
export type CheckOutcome = 'checked' | 'busy' | 'idle';

/** A day that could not be compared, with why. */
export class DayNotComparedError extends Error {
  override readonly name = 'DayNotComparedError';
  readonly reconciliationId: string;
  readonly day: string;

  constructor(reconciliationId: string, day: string, cause: unknown) {
    super(`the ledger and the rollup of ${day} could not be compared`, { cause });
    this.reconciliationId = reconciliationId;
    this.day = day;
  }
}

/** Goes on without a day, with {@link SKIP_DAY}. */
export async function skipDay(pool: Pool, { reconciliationId, day }: DayNotComparedError): Promise<void> {
  await pool.query(SKIP_DAY, [reconciliationId, day]);
}

/**
 * Goes on with the comparison that is due by one day, in one transaction: killed at any point, the day is compared
 * anew. Measured on 2 cores with 1,000,000 ledger rows of three meters over 30 days: 0.2 s a day, 6.4 s for all of it;
 * a day without usage takes 10 ms.
 *
 * Once all days are done the statements are compared and it ends. Takes two connections then.
 *
 * @throws DayNotComparedError when the database does not compare the day; {@link skipDay} goes on without it. What the
 *   database throws otherwise. A comparison whose statements could not be compared is done without them.
 */
export async function checkNextDay(pool: Pool): Promise<CheckOutcome> {
  const { outcome, failure } = await inTransaction(pool, async (query): Promise<Step> => {
    if (!(await takeTurn(query))) return { outcome: 'busy' };
    const [next] = await query.rowsOf<Next>(TAKE_NEXT, [STORED_DIFFERENCES_MAX]);
    if (next === undefined) return { outcome: 'idle' };
    return next.day === null ? finish(pool, query, next) : check(query, next.id, next.day, next.storedMax);
  });
  if (failure !== undefined) throw failure;
  return outcome;
}

type Next = {
  readonly id: string;
  readonly day: string | null;
  readonly storedMax: number;
  readonly wantsStatements: boolean;
};

type Step = { readonly outcome: CheckOutcome; readonly failure?: unknown };

async function check(query: Query, id: string, day: string, storedMax: number): Promise<Step> {
  try {
    const { rowCount, differingRows, costDifference } = await checkDay(patient(query), {
      day,
      reconciliationId: id,
      storedMax,
    });
    await refreshClusterHours(patient(query), day);
    await query.rowsOf(NOTE_DAY, [id, day, rowCount, differingRows, costDifference]);
    return { outcome: 'checked' };
  } catch (error) {
    throw new DayNotComparedError(id, day, error);
  }
}

async function finish(pool: Pool, { rowsOf }: Query, { id, wantsStatements }: Next): Promise<Step> {
  try {
    const found = wantsStatements ? await findStatementDifferences(pool) : undefined;
    await rowsOf(FINISH, [id, JSON.stringify(found ?? []), found?.length ?? null]);
    return { outcome: 'checked' };
  } catch (failure) {
    // Else it would be tried for ever, and every comparison behind it would wait.
    await rowsOf(FINISH, [id, '[]', null]);
    return { outcome: 'checked', failure };
  }
}

/** Statements that may take as long as a large day needs. */
function patient({ rowsOf }: Query): Query {
  return { rowsOf: (sql, parameters) => rowsOf(sql, parameters, DAY_TIMEOUT_MS) };
}
