import type { Pool } from '../connection/pool.ts';
import { CLUSTER_COLUMNS, type ClusterRow } from './read-cluster.ts';

/** A page of clusters by name. Parameters: $1 name of the last cluster seen or NULL, $2 number of rows. */
const LIST_CLUSTERS = `
select ${CLUSTER_COLUMNS}
from hopsmeter.hopsworks_clusters
where $1::text is null or name collate "C" > $1
order by name collate "C"
limit $2::integer
`;

export type ClustersQuery = { readonly after?: string | undefined; readonly limit: number };

/** Lists clusters with {@link LIST_CLUSTERS}. */
export async function listClusters(pool: Pool, { after, limit }: ClustersQuery): Promise<readonly ClusterRow[]> {
  return (await pool.query<ClusterRow>(LIST_CLUSTERS, [after ?? null, limit])).rows;
}
