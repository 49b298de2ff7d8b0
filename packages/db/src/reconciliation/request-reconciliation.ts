import { LEDGER_RETENTION_DAYS, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { RECONCILIATION_COLUMNS, type ReconciliationRow } from './reconciliation-columns.ts';

/**
 * Asks for a comparison of the usage days from $1 up to, but not including, $2; $3 says who asks, $4 how many days the
 * ledger reaches back. The same days that wait to be compared already are not asked for twice. No row: the ledger has
 * forgotten some of these days, or they lie ahead. Locks nothing.
 */
const REQUEST_RECONCILIATION = `
with wanted as (
  select array(select generate_series($1::date, $2::date - 1, interval '1 day')::date) as days
  where $1::date >= (now() at time zone 'UTC')::date - $4::integer
    and $2::date <= (now() at time zone 'UTC')::date + 2
    and $1::date < $2::date
),
waiting as (
  select reconciliations.* from hopsmeter.reconciliations join wanted using (days)
  where kind = 'requested' and status = 'waiting'
  order by requested_at limit 1
),
added as (
  insert into hopsmeter.reconciliations (kind, requested_by, days)
  select 'requested', $3, days from wanted where not exists (select from waiting)
  returning *
)
select ${RECONCILIATION_COLUMNS} from (select * from waiting union all select * from added) as asked
`;

/** Usage days from one up to, but not including, another; `2026-11-22`. */
export type DayRange = { readonly from: string; readonly to: string };

/**
 * Asks with {@link REQUEST_RECONCILIATION}. A worker makes the comparison within seconds.
 *
 * @throws RequestError MOMENT_TOO_OLD, MOMENT_IN_FUTURE, INVALID_REQUEST when the range is empty.
 */
export async function requestReconciliation(
  pool: Pool,
  { actor }: Pick<Change, 'actor'>,
  { from, to }: DayRange,
): Promise<ReconciliationRow> {
  if (from >= to) throw new RequestError('INVALID_REQUEST', 'to is the day after the last one');
  const parameters = [from, to, actor.id, LEDGER_RETENTION_DAYS];
  const { rows } = await pool.query<ReconciliationRow>(REQUEST_RECONCILIATION, parameters);
  const [row] = rows;
  if (row !== undefined) return row;
  const end = await readComparableEnd(pool);
  if (to > end) throw new RequestError('MOMENT_IN_FUTURE', `to is ${end} at the latest`);
  throw new RequestError('MOMENT_TOO_OLD', `the ledger reaches back ${LEDGER_RETENTION_DAYS} days`);
}

/** The day after the last one that can have usage by the database's clock, UTC: usage may be minutes ahead. */
const READ_COMPARABLE_END = `select ((now() at time zone 'UTC')::date + 2)::text as "end"`;

/** Reads with {@link READ_COMPARABLE_END}. */
async function readComparableEnd(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ end: string }>(READ_COMPARABLE_END);
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the day');
  return row.end;
}
