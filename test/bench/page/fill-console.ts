import type { Pool } from '@hopsmeter/db';

/** Clusters of a large operator, those of the rollup among them. */
const CLUSTERS = 10;

/** What a year of ten clusters leaves behind, beside the rollup; each adds to what the filling of the rollup made. */
const STATEMENTS: readonly string[] = [
  `insert into hopsmeter.hopsworks_clusters (name, max_users, created_at)
   select 'bench-' || n, 500, now() - interval '1 year' from generate_series(3, ${CLUSTERS}) as n`,
  // Every 97th hour of a cluster is missing.
  `insert into hopsmeter.cluster_hours
     (hopsworks_cluster_id, hour, source_path, usage_date, event_count, sums, last_window_ended_at, checked_at)
   select clusters.id, hour, '', (hour at time zone 'UTC')::date, 40,
     '{"cpu_hours": "12.500000000000", "ram_gb_hours": "48.000000000000"}', hour + interval '1 hour', now()
   from (select id, row_number() over (order by id) as n from hopsmeter.hopsworks_clusters) as clusters,
     generate_series(date_trunc('hour', now()) - interval '365 days', date_trunc('hour', now()) - interval '2 hours',
       interval '1 hour') as hour
   where (extract(epoch from hour)::bigint / 3600 + clusters.n) % 97 <> 0`,
  `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
   select users.id, clusters.id, now() - interval '1 year'
   from (select id, row_number() over (order by coalesce(account_owner_id, id)) / 410 as place
     from hopsmeter.users) as users
   join (select id, row_number() over (order by name) - 1 as place from hopsmeter.hopsworks_clusters) as clusters
     on clusters.place = users.place % ${CLUSTERS}`,
  `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
   select hopsworks_cluster_id, 'project-' || row_number() over (order by user_id), user_id, started_at
   from hopsmeter.user_hopsworks_assignments`,
  `insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash, created_at, last_used_at)
   select clusters.id, 'hwm_live_' || n, sha256((clusters.id::text || n)::bytea), now() - n * interval '30 days', now()
   from hopsmeter.hopsworks_clusters as clusters, generate_series(1, 5) as n`,
  `insert into hopsmeter.audit_log (happened_at, actor_kind, actor_id, action, entity, entity_id, after, reason)
   select now() - n * interval '7 minutes', 'staff', 'auth0|staff-' || n % 7, 'project.created', 'project',
     gen_random_uuid()::text, jsonb_build_object('namespace', 'project-' || n), 'A reason that somebody gave'
   from generate_series(1, 50000) as n`,
];

const FILLED = ['cluster_hours', 'user_hopsworks_assignments', 'projects', 'cluster_keys', 'audit_log'];

/** Fills what the page shows beside totals: a year of hours of ten clusters, projects, assignments, keys, notes. */
export async function fillConsole(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const text of STATEMENTS) await client.query({ text, query_timeout: 600_000 } as { text: string });
    for (const table of FILLED) await client.query(`vacuum analyze hopsmeter.${table}`);
  } finally {
    client.release(true);
  }
}
