import type { Pool } from '../connection/pool.ts';
import type { StatementDifference } from '../statements/find-statement-differences.ts';
import { RECONCILIATION_COLUMNS, type ReconciliationRow } from './reconciliation-columns.ts';

/** One comparison: $1. */
const READ_RECONCILIATION = `
select ${RECONCILIATION_COLUMNS}, statement_differences as "statementDifferences" from hopsmeter.reconciliations
  where id = $1::uuid
`;

/** How far the comparison $1 is. */
const READ_PROGRESS = `
select status, checked_days as "checkedDays", cardinality(days) as "dayCount" from hopsmeter.reconciliations
  where id = $1::uuid
`;

/** What a comparison keeps of a row that differs, as SQL. */
export const DIFFERENCE_COLUMNS = `
  kind, usage_date::text as "usageDate", booked_on::text as "bookedOn", account_owner_id as "accountOwnerId",
  user_id as "userId", hopsworks_cluster_id as "clusterId", project_id as "projectId", meter,
  trim_scale(ledger_quantity)::text as "ledgerQuantity", trim_scale(rollup_quantity)::text as "rollupQuantity",
  ledger_event_count::text as "ledgerEventCount", rollup_event_count::text as "rollupEventCount",
  expected_rate_id as "expectedRateId", expected_override_id as "expectedOverrideId",
  expected_price::text as "expectedPrice", expected_price_quantity::text as "expectedPriceQuantity",
  expected_price_adjustment::numeric(38, 12)::text as "expectedPriceAdjustment", rate_id as "rateId",
  price_override_id as "priceOverrideId", price::text,
  price_quantity::text as "priceQuantity", price_adjustment::text as "priceAdjustment",
  expected_cost::numeric(38, 12)::text as "expectedCost", cost::text, is_closed as "isClosed"
`;

/** The rows that a comparison $1 found to differ and kept, in the order of days and keys. */
const READ_DIFFERENCES = `
select ${DIFFERENCE_COLUMNS} from hopsmeter.reconciliation_differences
where reconciliation_id = $1::uuid
order by usage_date, account_owner_id collate "C", booked_on, user_id collate "C", hopsworks_cluster_id, project_id,
  meter
`;

/** How a row of the rollup differs from the ledger or from the prices in force. Null: no row on that side. */
export type DifferenceRow = {
  /** `missing` from the rollup, `unexpected` there, or another `usage` or `price` there. */
  readonly kind: 'missing' | 'unexpected' | 'usage' | 'price';
  readonly usageDate: string;
  readonly bookedOn: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly clusterId: string;
  readonly projectId: string | null;
  readonly meter: string;
  readonly ledgerQuantity: string | null;
  readonly rollupQuantity: string | null;
  readonly ledgerEventCount: string | null;
  readonly rollupEventCount: string | null;
  readonly expectedRateId: string | null;
  readonly expectedOverrideId: string | null;
  /** Null where no price is in force. */
  readonly expectedPrice: string | null;
  readonly expectedPriceQuantity: string | null;
  readonly expectedPriceAdjustment: string;
  readonly rateId: string | null;
  readonly priceOverrideId: string | null;
  readonly price: string | null;
  readonly priceQuantity: string | null;
  readonly priceAdjustment: string | null;
  readonly expectedCost: string | null;
  readonly cost: string | null;
  /** Booked in a month that is closed: a repair does not touch it. */
  readonly isClosed: boolean;
};

export type ReconciliationReport = ReconciliationRow & {
  readonly statementDifferences: readonly StatementDifference[];
  /** The first thousand; `differingRows` is the number of all. */
  readonly differences: readonly DifferenceRow[];
};

/** Reads a comparison with the rows that it found. @returns undefined when there is no such comparison. */
export async function readReconciliation(pool: Pool, id: string): Promise<ReconciliationReport | undefined> {
  const { rows } = await pool.query<Omit<ReconciliationReport, 'differences'>>(READ_RECONCILIATION, [id]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { rows: differences } = await pool.query<DifferenceRow>(READ_DIFFERENCES, [id]);
  return { ...row, differences };
}

export type ReconciliationProgress = Pick<ReconciliationRow, 'status' | 'checkedDays' | 'dayCount'>;

/** Reads with {@link READ_PROGRESS} how far a comparison is that there is. */
export async function readProgress(pool: Pool, id: string): Promise<ReconciliationProgress> {
  const { rows } = await pool.query<ReconciliationProgress>(READ_PROGRESS, [id]);
  const [row] = rows;
  if (row === undefined) throw new Error('there is no such comparison');
  return row;
}
