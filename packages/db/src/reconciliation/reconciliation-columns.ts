import { instantText } from '../sql/instant.ts';

/** What a row of `reconciliations` says, as SQL. */
export const RECONCILIATION_COLUMNS = `
  id, kind, requested_by as "requestedBy", ${instantText('requested_at')} as "requestedAt", status,
  days[1]::text as "from", (days[cardinality(days)] + 1)::text as "to", cardinality(days) as "dayCount",
  checked_days as "checkedDays", checked_rows::text as "checkedRows", differing_rows::text as "differingRows",
  differing_days::text[] as "differingDays", cost_difference::text as "costDifference",
  statement_difference_count as "statementDifferenceCount",
  ${instantText('started_at')} as "startedAt", ${instantText('finished_at')} as "finishedAt"
`;

/** A comparison of the ledger with the rollup, and how far it is. Times are RFC 3339 in UTC with microseconds. */
export type ReconciliationRow = {
  readonly id: string;
  readonly kind: 'scheduled' | 'requested';
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly status: 'waiting' | 'running' | 'done';
  /** The first of its usage days, and the day after the last. A scheduled one does not take every day between. */
  readonly from: string;
  readonly to: string;
  readonly dayCount: number;
  readonly checkedDays: number;
  /** Whole numbers as text: of rows of the rollup, or that should be there. */
  readonly checkedRows: string;
  readonly differingRows: string;
  readonly differingDays: readonly string[];
  /** Exact: what the differing rows cost too much or too little, each without its sign. */
  readonly costDifference: string;
  /** What final statements say and is not so; null when they were not compared this time. */
  readonly statementDifferenceCount: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
};
