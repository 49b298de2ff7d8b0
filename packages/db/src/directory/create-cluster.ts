import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { CLUSTER_COLUMNS, type ClusterRow, type ClusterStatus, readCluster } from './read-cluster.ts';

export type NewCluster = { readonly name: string; readonly maxUsers: number };

/** Reads a cluster by name, $1. */
const FIND_CLUSTER = `select ${CLUSTER_COLUMNS} from hopsmeter.hopsworks_clusters where name = $1`;

/**
 * Adds a cluster: $1 id, or NULL for a new one, $2 name, $3 most users, $4 status. Locks: the directory must be held.
 */
const CREATE_CLUSTER = `
insert into hopsmeter.hopsworks_clusters (id, name, max_users, status)
values (coalesce($1::uuid, gen_random_uuid()), $2, $3, $4)
returning id
`;

/**
 * Creates a cluster. Asked again with the same data it returns the cluster that is there.
 *
 * @throws RequestError CLUSTER_EXISTS when one of that name has other data.
 */
export function createCluster(pool: Pool, change: Change, wanted: NewCluster): Promise<Created<ClusterRow>> {
  const { name, maxUsers } = wanted;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const [known] = await transaction.rowsOf<ClusterRow>(FIND_CLUSTER, [name]);
    if (known?.maxUsers === maxUsers && known.status === 'active') return { isCreated: false, value: known };
    if (known !== undefined) throw new RequestError('CLUSTER_EXISTS', `${name} is the cluster ${known.id}`);
    return { isCreated: true, value: await addCluster(transaction, { id: null, name, maxUsers, status: 'active' }) };
  });
}

/**
 * Adds a cluster within a change; with an id when it has one elsewhere.
 *
 * @throws the constraint's error for a name that is taken.
 */
export async function addCluster(
  transaction: AuditedTransaction,
  { id, name, maxUsers, status }: NewCluster & { readonly id: string | null; readonly status: ClusterStatus },
): Promise<ClusterRow> {
  const [created] = await transaction.rowsOf<{ id: string }>(CREATE_CLUSTER, [id, name, maxUsers, status]);
  if (created === undefined) throw new Error('the cluster was not inserted');
  const entry = { action: 'create_cluster', entity: 'hopsworks_clusters', entityId: created.id };
  await transaction.audit({ ...entry, after: { name, maxUsers, status } });
  return readCluster(transaction, created.id);
}
