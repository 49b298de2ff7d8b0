import type { Pool } from '@hopsmeter/db';
import { patiently } from './patiently.ts';

/** Rows of one insert: a transaction of some seconds. */
const PART_ROWS = 1_000_000;

/** One for each core that a benchmark has at least. */
const CONNECTIONS = 2;

/** How full, in percent, the pages of an index are whose keys come in random order. */
const RANDOM_FILLFACTOR = 70;

/** A cluster that the load does not use: its rows are told apart by it. */
export const FILL_CLUSTER = '00000000-0000-4000-8000-000000000001';

/**
 * Fills the ledger from `rowsBefore` rows up to `rowsTotal` with events of the past year, of the same size as those of
 * the load. The key is made anew afterwards, because filling it in random order would take five times as long; its
 * pages are as full as that leaves them, or nearly all of them would have to be split in the minute that is measured.
 * Then the tables are vacuumed, so that autovacuum does not do it beside what is measured next.
 */
export async function fillLedger(pool: Pool, rowsBefore: number, rowsTotal: number): Promise<void> {
  await pool.query('alter table hopsmeter.usage_events drop constraint usage_events_pkey');
  const begun = performance.now();
  let next = rowsBefore;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < rowsTotal) {
        const first = next;
        const rows = Math.min(PART_ROWS, rowsTotal - first);
        next += rows;
        await insertRows(pool, first, rows, rowsTotal);
        if (next % (10 * PART_ROWS) === 0) report(`${next.toLocaleString('en-US')} rows`);
      }
    }),
  );
  report('rows are in, the key is made');
  const client = await pool.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'`);
    await patiently(
      client,
      `alter table hopsmeter.usage_events add constraint usage_events_pkey primary key (event_key, part)
        with (fillfactor = ${RANDOM_FILLFACTOR})`,
    );
    report('the key is there, the table is vacuumed');
    await patiently(client, 'vacuum analyze hopsmeter.usage_events');
    await patiently(client, 'checkpoint');
  } finally {
    client.release(true);
  }
  report('filled');

  function report(what: string): void {
    console.log(`  ${((performance.now() - begun) / 1_000).toFixed(0)} s: ${what}`);
  }
}

function insertRows(pool: Pool, first: number, rows: number, rowsTotal: number): Promise<void> {
  return patiently(
    pool,
    `insert into hopsmeter.usage_events (
       event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
       event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters,
       quantities)
     select
       gen_random_uuid(), 0, current_date - 1 - (($1 + n) * 360 / $2)::integer, n, gen_random_uuid(), n, $3, '',
       'opencost/fill/' || ($1 + n), 'compute', 'auth0|0', 'auth0|' || n % 100, null, 'namespace',
       (current_date - 1)::timestamptz, (current_date - 1)::timestamptz + interval '1 hour',
       array['cpu_hours', 'ram_gb_hours'], array[0.734512, 2.5]
     from generate_series(1::bigint, $4) as n`,
    [first, rowsTotal, FILL_CLUSTER, rows],
  );
}
