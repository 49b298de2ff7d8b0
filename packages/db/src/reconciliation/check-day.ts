import type { Query } from '../connection/query.ts';
import { COMPARED_ACCOUNT_DAYS } from './compare-account-days.ts';
import { COMPARED_DAY } from './compare-day.ts';

/** Rows of a comparison that are kept; of the others the number. More is no longer read row by row by anybody. */
export const STORED_DIFFERENCES_MAX = 1_000;

/**
 * Compares one usage day and writes down what it found: the rows that differ, as long as the comparison holds fewer
 * than $3 of them, and the newest result of the day.
 *
 * Guarantees: one snapshot, see {@link COMPARED_DAY}; nothing of the ledger and the rollup is changed. The numbers are
 * of all rows, also of those that are not kept; and of the rows of the summaries (`account_days`, `account_day_costs`)
 * of what is booked on the day, which are counted and never kept: they say nothing that the rollup does not.
 *
 * Parameters: $1 usage day, $2 reconciliation, $3 rows to keep at most. Locks: the row of the day among the results.
 */
const CHECK_DAY = `
with ${COMPARED_DAY},
${COMPARED_ACCOUNT_DAYS},
stored as (
  insert into hopsmeter.reconciliation_differences
    (reconciliation_id, kind, usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
     ledger_quantity, rollup_quantity, ledger_event_count, rollup_event_count, expected_rate_id,
     expected_override_id, expected_price, expected_price_quantity, expected_price_adjustment, rate_id,
     price_override_id,
     price, price_quantity, price_adjustment, expected_cost, cost, is_closed)
  select
    $2::uuid, kind, $1::date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
    ledger_quantity, rollup_quantity, ledger_event_count, rollup_event_count, expected_rate_id,
    expected_override_id, expected_price, expected_price_quantity, expected_price_adjustment, rate_id,
    price_override_id,
    price, price_quantity, price_adjustment, expected_cost, cost, is_closed
  from compared where is_different
  order by account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_key, meter
  limit $3::integer
),
found as materialized (
  select
    count(*) as row_count,
    count(*) filter (where is_different) + (select count(*) from summary_differences) as differing_rows,
    (coalesce(sum(cost_difference) filter (where is_different), 0)
      + (select coalesce(sum(cost_difference), 0) from summary_differences))::numeric(38, 12) as cost_difference
  from compared
),
noted as (
  insert into hopsmeter.reconciled_days (day, checked_at, reconciliation_id, differing_rows, cost_difference)
  select $1::date, now(), $2::uuid, differing_rows, cost_difference from found
  on conflict (day) do update set
    checked_at = excluded.checked_at,
    reconciliation_id = excluded.reconciliation_id,
    differing_rows = excluded.differing_rows,
    cost_difference = excluded.cost_difference
)
select
  row_count::text as "rowCount", differing_rows::text as "differingRows", cost_difference::text as "costDifference"
from found
`;

/** What the comparison of a day found. */
export type DayResult = { readonly rowCount: string; readonly differingRows: string; readonly costDifference: string };

export type DayCheck = {
  /** `2026-11-22` */
  readonly day: string;
  readonly reconciliationId: string;
  /** Default: none is kept. */
  readonly storedMax?: number;
};

/** Checks with {@link CHECK_DAY}. */
export async function checkDay(
  { rowsOf }: Query,
  { day, reconciliationId, storedMax = 0 }: DayCheck,
): Promise<DayResult> {
  const [result] = await rowsOf<DayResult>(CHECK_DAY, [day, reconciliationId, storedMax]);
  if (result === undefined) throw new Error('the comparison of a day gave no result');
  return result;
}
