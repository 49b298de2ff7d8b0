import { RequestError } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';
import { type Change, changeDirectory } from './change-directory.ts';
import type { Created } from './create-user.ts';
import { CLUSTER_COLUMNS, type ClusterRow, readCluster } from './read-cluster.ts';

export type NewCluster = { readonly name: string; readonly maxUsers: number };

/** Reads a cluster by name, $1. */
const FIND_CLUSTER = `select ${CLUSTER_COLUMNS} from hopsmeter.hopsworks_clusters where name = $1`;

/** Adds an active cluster: $1 name, $2 most users. Locks: the directory must be held. */
const CREATE_CLUSTER = 'insert into hopsmeter.hopsworks_clusters (name, max_users) values ($1, $2) returning id';

/**
 * Creates a cluster. Asked again with the same data it returns the cluster that is there.
 *
 * @throws RequestError CLUSTER_EXISTS when one of that name has other data.
 */
export function createCluster(pool: Pool, change: Change, wanted: NewCluster): Promise<Created<ClusterRow>> {
  const { name, maxUsers } = wanted;
  return changeDirectory(pool, change, async (transaction) => {
    const [known] = await transaction.rowsOf<ClusterRow>(FIND_CLUSTER, [name]);
    if (known?.maxUsers === maxUsers && known.status === 'active') return { isCreated: false, value: known };
    if (known !== undefined) throw new RequestError('CLUSTER_EXISTS', `${name} is the cluster ${known.id}`);
    const [created] = await transaction.rowsOf<{ id: string }>(CREATE_CLUSTER, [name, maxUsers]);
    if (created === undefined) throw new Error('the cluster was not inserted');
    const entry = { action: 'create_cluster', entity: 'hopsworks_clusters', entityId: created.id };
    await transaction.audit({ ...entry, after: { name, maxUsers } });
    return { isCreated: true, value: await readCluster(transaction, created.id) };
  });
}
