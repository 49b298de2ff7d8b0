import type { Pool } from '../connection/pool.ts';

/**
 * Every cluster and namespace that has ignored events: a handful, though the events may be millions. Steps along the
 * index from one to the next.
 */
const LIST_IGNORED = `
with recursive ignored as (
  (
    select hopsworks_cluster_id, namespace from hopsmeter.parked_events where status = 'ignored'
    order by hopsworks_cluster_id, namespace limit 1
  )
  union all
  select next.* from ignored cross join lateral (
    select hopsworks_cluster_id, namespace from hopsmeter.parked_events
    where status = 'ignored'
      and (hopsworks_cluster_id, namespace) > (ignored.hopsworks_cluster_id, ignored.namespace)
    order by hopsworks_cluster_id, namespace limit 1
  ) as next
)
select hopsworks_cluster_id as "clusterId", namespace from ignored
`;

export type IgnoredNamespace = { readonly clusterId: string; readonly namespace: string };

/** Lists with {@link LIST_IGNORED}. */
export async function listIgnoredNamespaces(pool: Pool): Promise<readonly IgnoredNamespace[]> {
  return (await pool.query<IgnoredNamespace>(LIST_IGNORED)).rows;
}

/**
 * Has ignored events of a namespace tried again: they wait as before the rule, and a worker counts, ignores or leaves
 * them by the directory as it is. Each version of the directory recalls an event once at most, and each try doubles the
 * time until the next, from 10 ms to 10 minutes: a namespace may be ignored at some times only.
 *
 * Parameters: $1 cluster, $2 namespace, $3 version of the directory, $4 most rows. Locks: the rows, passing over those
 * that somebody else has.
 */
const RECALL_IGNORED = `
update hopsmeter.parked_events
set status = 'pending', reason = 'unknown_namespace', detail = 'no rule ignores it any more', resolved_at = null,
  resolution = null, due_at = now()
where id in (
  select id from hopsmeter.parked_events
  where status = 'ignored' and hopsworks_cluster_id = $1::uuid and namespace = $2 and tried_version < $3::bigint
    and (tried_at is null
      or tried_at < now() - least(interval '10 ms' * power(2, least(try_count, 30)), interval '10 minutes'))
  order by tried_version, id
  limit $4
  for update skip locked
)
`;

/** Recalls with {@link RECALL_IGNORED}. @returns how many. */
export async function recallIgnored(
  pool: Pool,
  { clusterId, namespace }: IgnoredNamespace,
  directoryVersion: string,
  limit: number,
): Promise<number> {
  return (await pool.query(RECALL_IGNORED, [clusterId, namespace, directoryVersion, limit])).rowCount ?? 0;
}
