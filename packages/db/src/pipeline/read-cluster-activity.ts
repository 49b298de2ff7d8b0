import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';

/** How late a key's last use may be noted: once in a minute, by ingests whose clocks differ a little. */
const KEY_USE_NOTED_WITHIN = `interval '5 minutes'`;

/**
 * Batches that are looked at for a cluster's newest request. It stands in one of the first few, unless a key was used
 * without sending anything since, as `doctor` does; then this is the bound: 20 ms.
 */
const BATCHES_MAX = 20_000;

/** Windows do not end in the order in which they begin; of the newest so many one ends last. */
const NEWEST_WINDOWS = 24;

/** A batch in which the cluster is; its requests are [{"clusterId": "…"}]. */
const OF_CLUSTER = `jsonb_build_array(jsonb_build_object('clusterId', clusters.id::text))`;

/**
 * When each cluster sent its newest events, and until when it has reported usage.
 *
 * Parameters: $1 clusters. No locks. Each comes from the end of an index, whatever the size of the history; of the
 * rollup two days are read, which hold what no comparison has seen yet.
 */
const READ_CLUSTER_ACTIVITY = `
with newest as materialized (
  select hopsworks_cluster_id as cluster, max(last_event_at) as last_event_at
  from hopsmeter.usage_daily
  where usage_date >= (now() at time zone 'UTC')::date - 1 and hopsworks_cluster_id = any ($1::uuid[])
  group by hopsworks_cluster_id
)
select
  clusters.id as "clusterId",
  (
    select ${finiteInstantText('received_at')}
    from (
      select received_at, requests from hopsmeter.usage_batches
      where received_at >= clusters.created_at - ${KEY_USE_NOTED_WITHIN}
        and received_at <= coalesce((
          select max(last_used_at) from hopsmeter.cluster_keys where hopsworks_cluster_id = clusters.id
        ) + ${KEY_USE_NOTED_WITHIN}, 'infinity')
      order by received_at desc limit ${BATCHES_MAX}
    ) as recent
    where requests @> ${OF_CLUSTER}
    limit 1
  ) as "lastEventAt",
  ${finiteInstantText(`greatest(
    newest.last_event_at,
    (
      select max(window_ended_at) from (
        select window_ended_at from hopsmeter.cluster_manifests
        where hopsworks_cluster_id = clusters.id and missing_reason is null
        order by window_started_at desc limit ${NEWEST_WINDOWS}
      ) as manifests
    ),
    (
      select max(last_window_ended_at) from (
        select last_window_ended_at from hopsmeter.cluster_hours
        where hopsworks_cluster_id = clusters.id order by hour desc limit ${NEWEST_WINDOWS}
      ) as hours
    )
  )`)} as "reportedUntil"
from hopsmeter.hopsworks_clusters as clusters
left join newest on newest.cluster = clusters.id
where clusters.id = any ($1::uuid[])
`;

/** What is heard of a cluster. RFC 3339 in UTC with microseconds. */
export type ClusterActivity = {
  readonly clusterId: string;
  /** When ingest accepted its newest events, of those that are recorded; null: none ever. */
  readonly lastEventAt: string | null;
  /** The end of the newest window that it reported, as far as is known; null: none. */
  readonly reportedUntil: string | null;
};

/** Reads with {@link READ_CLUSTER_ACTIVITY}, in no order. */
export async function readClusterActivity(
  pool: Pool,
  clusterIds: readonly string[],
): Promise<readonly ClusterActivity[]> {
  return (await pool.query<ClusterActivity>(READ_CLUSTER_ACTIVITY, [clusterIds])).rows;
}
