import { LEDGER_RETENTION_DAYS } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';

/**
 * What the metrics show: the rows that differ by the newest result of each day that the ledger still holds, the
 * statements that differ by the newest comparison, and the last check and the seconds since then (NULL: never). $1:
 * days that the ledger reaches back.
 */
const READ_RECONCILIATION_STATE = `
select
  coalesce(sum(differing_rows), 0)::text as "differingRows",
  (select statement_difference_count from hopsmeter.reconciliations where statement_difference_count is not null
   order by finished_at desc limit 1) as "statementDifferenceCount",
  extract(epoch from clock_timestamp() - max(checked_at))::float8 as "sinceCheckSeconds",
  ${finiteInstantText('max(checked_at)')} as "checkedAt"
from hopsmeter.reconciled_days where day >= (now() at time zone 'UTC')::date - $1::integer
`;

/** What is known about differences. */
export type ReconciliationState = {
  /** Rows of the rollup that nobody can explain, and statements that do not match their rows. Must be 0. */
  readonly unexplained: number;
  /** Undefined when nothing was ever compared. */
  readonly sinceCheckSeconds: number | undefined;
  /** RFC 3339 in UTC with microseconds; undefined when nothing was ever compared. */
  readonly checkedAt: string | undefined;
};

/** Reads with {@link READ_RECONCILIATION_STATE}. */
export async function readReconciliationState(pool: Pool): Promise<ReconciliationState> {
  const { rows } = await pool.query<{
    differingRows: string;
    statementDifferenceCount: number | null;
    sinceCheckSeconds: number | null;
    checkedAt: string | null;
  }>(READ_RECONCILIATION_STATE, [LEDGER_RETENTION_DAYS]);
  const [row] = rows;
  if (row === undefined) throw new Error('a sum gave no row');
  return {
    unexplained: Number(row.differingRows) + (row.statementDifferenceCount ?? 0),
    sinceCheckSeconds: row.sinceCheckSeconds ?? undefined,
    checkedAt: row.checkedAt ?? undefined,
  };
}
