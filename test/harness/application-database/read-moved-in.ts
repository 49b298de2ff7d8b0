import type { Pool } from '@hopsmeter/db';

/** What an import brought over, without the ids and times that are made anew each time. */
export async function readMovedIn(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(`
    select 'user' as kind, id as key, concat_ws('|', email, name, account_owner_id) as value from hopsmeter.users
    union all select 'cluster', id::text, concat_ws('|', name, max_users, status) from hopsmeter.hopsworks_clusters
    union all select 'assignment', user_id, concat_ws('|', hopsworks_cluster_id, started_at, ended_at)
      from hopsmeter.user_hopsworks_assignments
    union all select 'alias', alias, concat_ws('|', hopsworks_cluster_id, user_id, started_at, ended_at)
      from hopsmeter.user_aliases
    union all select 'project', namespace, concat_ws('|', hopsworks_cluster_id, user_id, started_at, ended_at)
      from hopsmeter.projects
    union all select 'grant', account_owner_id, concat_ws('|', reference, amount) from hopsmeter.credit_grants
    union all select 'usage', user_id || '/' || usage_date || '/' || meter,
      concat_ws('|', account_owner_id, hopsworks_cluster_id, booked_on, quantity, cost, event_count)
        from hopsmeter.usage_daily
    union all select 'event', event_id, concat_ws('|', account_owner_id, content_hash, meters, quantities)
      from hopsmeter.usage_events
    union all select 'statement', account_owner_id || '/' || month, concat_ws('|', total_exact, imported, amount_due)
      from hopsmeter.statements
    union all select 'audited', entity_id, action from hopsmeter.audit_log
      where entity in ('users', 'hopsworks_clusters')
    order by 1, 2, 3
  `);
  return rows;
}
