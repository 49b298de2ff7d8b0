import type { Pool } from '../connection/pool.ts';
import { type ClusterKeyRow, KEY_COLUMNS } from './key-columns.ts';

/** Keys listed at most: a cluster whose key is rotated every week has so many after four years. */
const KEYS_MAX = 200;

/**
 * The keys of cluster $1, the newest first, at most $2; one row of NULLs for a cluster without any, no row without such
 * a cluster.
 */
const LIST_CLUSTER_KEYS = `
select keys.*
from hopsmeter.hopsworks_clusters
left join lateral (
  select ${KEY_COLUMNS} from hopsmeter.cluster_keys
  where hopsworks_cluster_id = hopsworks_clusters.id
  order by created_at desc, id
  limit $2
) as keys on true
where hopsworks_clusters.id = $1
`;

/** Lists with {@link LIST_CLUSTER_KEYS}. @returns `undefined` when there is no such cluster. */
export async function listClusterKeys(pool: Pool, clusterId: string): Promise<readonly ClusterKeyRow[] | undefined> {
  const { rows } = await pool.query<ClusterKeyRow | { readonly id: null }>(LIST_CLUSTER_KEYS, [clusterId, KEYS_MAX]);
  if (rows.length === 0) return undefined;
  return rows.flatMap((row) => (row.id === null ? [] : [row]));
}
