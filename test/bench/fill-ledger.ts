import type { Pool } from '@hopsmeter/db';

/** Rows of one insert: a transaction of some seconds. */
const PART_ROWS = 1_000_000;

/** A cluster that the load does not use: its rows are told apart by it. */
export const FILL_CLUSTER = '00000000-0000-4000-8000-000000000001';

/**
 * Fills the ledger with events of the past year, of the same size as those of the load. The key is made anew afterwards,
 * because filling it in random order would take five times as long.
 */
export async function fillLedger(pool: Pool, rowsTotal: number): Promise<void> {
  await pool.query('alter table usage_events drop constraint usage_events_pkey');
  for (let rows = 0; rows < rowsTotal; rows += PART_ROWS)
    await pool.query(
      `insert into usage_events (
         event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
         event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters,
         quantities)
       select
         gen_random_uuid(), 0, current_date - 1 - ($1 + n) * 360 / $2, n, gen_random_uuid(), n, $3, '',
         'opencost/fill/' || ($1 + n), 'compute', 'auth0|0', 'auth0|' || n % 100, null, 'namespace',
         (current_date - 1)::timestamptz, (current_date - 1)::timestamptz + interval '1 hour',
         array['cpu_hours', 'ram_gb_hours'], array[0.734512, 2.5]
       from generate_series(1::bigint, $4) as n`,
      [rows, rowsTotal, FILL_CLUSTER, Math.min(PART_ROWS, rowsTotal - rows)],
    );
  await pool.query('alter table usage_events add constraint usage_events_pkey primary key (event_key, part)');
  await pool.query('analyze usage_events');
}
