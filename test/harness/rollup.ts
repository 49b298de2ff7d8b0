import type { Pool } from '@hopsmeter/db';
import type { ExpectedRow } from './oracle.ts';
import { one } from './world.ts';

/** What `usage_daily` holds, in the form of the oracle. */
export async function readRollup(pool: Pool): Promise<Map<string, ExpectedRow>> {
  const result = await pool.query<{ key: string; quantity: string; cost: string; events: number }>(`
    select concat_ws(' ', usage_date, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter) as key,
      quantity::text, cost::text, event_count::integer as events
    from usage_daily
  `);
  return new Map(result.rows.map(({ key, quantity, cost, events }) => [key, { quantity, cost, events }]));
}

export type BatchTotals = {
  readonly events: number;
  readonly counted: number;
  readonly duplicates: number;
  readonly parked: number;
};

/** The account of everything recorded so far. */
export async function readBatchTotals(pool: Pool): Promise<BatchTotals> {
  const result = await pool.query<BatchTotals>(`
    select coalesce(sum(event_count), 0)::integer as events, coalesce(sum(counted_count), 0)::integer as counted,
      coalesce(sum(duplicate_count), 0)::integer as duplicates, coalesce(sum(parked_count), 0)::integer as parked
    from usage_batches
  `);
  return one(result.rows);
}

/** Rows in which the rollup and a recomputation from the ledger differ; must be none. */
export async function findUnexplained(pool: Pool): Promise<unknown[]> {
  const result = await pool.query(`
    with ledger as (
      select usage_date, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
        sum(quantity) as quantity, count(*) as event_count
      from usage_events, unnest(meters, quantities) as used (meter, quantity)
      group by usage_date, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
    )
    select coalesce(ledger.usage_date, daily.usage_date) as usage_date, ledger.quantity, daily.quantity as rolled_up
    from ledger
    full join usage_daily daily
      on daily.usage_date = ledger.usage_date and daily.account_owner_id = ledger.account_owner_id
      and daily.user_id = ledger.user_id and daily.hopsworks_cluster_id = ledger.hopsworks_cluster_id
      and daily.project_id is not distinct from ledger.project_id and daily.meter = ledger.meter
    where ledger.quantity is distinct from daily.quantity or ledger.event_count is distinct from daily.event_count
  `);
  return result.rows;
}
