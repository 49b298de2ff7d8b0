import { RequestError } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';
import { type Change, changeDirectory } from './change-directory.ts';
import { type ClusterRow, type ClusterStatus, readCluster } from './read-cluster.ts';

/** What is not given stays as it is. */
export type ClusterChanges = {
  readonly name?: string | undefined;
  readonly maxUsers?: number | undefined;
  readonly status?: ClusterStatus | undefined;
};

/** Sets $2 name, $3 most users and $4 status of $1. Locks: the directory must be held, so nobody is assigned meanwhile. */
const CHANGE_CLUSTER =
  'update hopsmeter.hopsworks_clusters set name = $2, max_users = $3, status = $4 where id = $1::uuid';

/**
 * Changes a cluster. Running it twice is running it once.
 *
 * @throws RequestError NOT_FOUND, CLUSTER_EXISTS when the name is another one's, CLUSTER_FULL when more users are on it.
 */
export function changeCluster(pool: Pool, change: Change, id: string, changes: ClusterChanges): Promise<ClusterRow> {
  return changeDirectory(pool, change, async (transaction) => {
    const known = await readCluster(transaction, id);
    const before = { name: known.name, maxUsers: known.maxUsers, status: known.status };
    const after = {
      name: changes.name ?? known.name,
      maxUsers: changes.maxUsers ?? known.maxUsers,
      status: changes.status ?? known.status,
    };
    if (after.name === before.name && after.maxUsers === before.maxUsers && after.status === before.status)
      return known;
    if (after.maxUsers < known.currentUsers)
      throw new RequestError('CLUSTER_FULL', `${known.currentUsers} users are on it`);
    await transaction.rowsOf(CHANGE_CLUSTER, [id, after.name, after.maxUsers, after.status]);
    await transaction.audit({ action: 'change_cluster', entity: 'hopsworks_clusters', entityId: id, before, after });
    return { ...known, ...after };
  });
}
