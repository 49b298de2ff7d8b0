import type { Pool } from '@hopsmeter/db';
import type { ExpectedRow } from './oracle.ts';
import { one } from './world.ts';

/** What `usage_daily` holds, in the form of the oracle. */
export async function readRollup(pool: Pool): Promise<Map<string, ExpectedRow>> {
  const result = await pool.query<{ key: string; quantity: string; cost: string; events: number }>(`
    select concat_ws(' ', usage_date, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter) as key,
      quantity::text, cost::text, event_count::integer as events
    from hopsmeter.usage_daily
    -- What was taken back altogether has no usage of its own.
    where event_count <> 0 or quantity <> 0
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
    from hopsmeter.usage_batches
  `);
  return one(result.rows);
}
