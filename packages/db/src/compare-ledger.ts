import type { Pool } from './pool.ts';

/**
 * Compares the ledger with the rollup, row by row and to the last digit. One snapshot, so running workers do not
 * disturb it. A year back: the ledger forgets older events, the rollup never.
 *
 * Both sides go through one GROUP BY, which takes NULL projects for equal; a full join could not.
 */
const COMPARE_LEDGER = `
select
  count(*)::text as "rowCount",
  count(*) filter (where ledger <> rollup)::text as "differentCount"
from (
  select sum(ledger) as ledger, sum(rollup) as rollup
  from (
    select usage_date, coalesce(booked_on, usage_date) as booked_on, account_owner_id, user_id, hopsworks_cluster_id,
      project_id, used.meter,
      used.quantity as ledger, 0::numeric as rollup
    from usage_events, unnest(meters, quantities) as used (meter, quantity)
    where usage_date > current_date - 366
    union all
    select usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, 0::numeric,
      quantity
    from usage_daily
    where usage_date > current_date - 366
  ) as sides
  group by usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
) as compared
`;

/** Rows of `usage_daily` (or that should be there), and how many of them differ from the sum of their events. */
export type LedgerComparison = { readonly rowCount: number; readonly differentCount: number };

/** Compares with {@link COMPARE_LEDGER}. */
export async function compareLedger(pool: Pool): Promise<LedgerComparison> {
  const { rows } = await pool.query<{ rowCount: string; differentCount: string }>(COMPARE_LEDGER);
  return { rowCount: Number(rows[0]?.rowCount), differentCount: Number(rows[0]?.differentCount) };
}
