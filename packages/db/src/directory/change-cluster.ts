import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { type ClusterRow, readCluster } from './read-cluster.ts';

/** What is not given stays as it is. */
export type ClusterChanges = { readonly [Field in ChangedField]?: ClusterRow[Field] | undefined };

type ChangedField = (typeof FIELDS)[number];

const FIELDS = ['name', 'maxUsers', 'status', 'maxCores', 'maxGpus'] as const;

/**
 * Sets $2 name, $3 most users, $4 status, $5 most cores and $6 most GPUs of $1. Locks: the directory must be held, so
 * nobody is assigned meanwhile.
 */
const CHANGE_CLUSTER = `
update hopsmeter.hopsworks_clusters set name = $2, max_users = $3, status = $4, max_cores = $5, max_gpus = $6
  where id = $1::uuid
`;

/**
 * Changes a cluster. Running it twice is running it once.
 *
 * @throws RequestError NOT_FOUND, CLUSTER_EXISTS when the name is another one's, CLUSTER_FULL when more users are on
 * it.
 */
export function changeCluster(pool: Pool, change: Change, id: string, changes: ClusterChanges): Promise<ClusterRow> {
  return inAuditedTransaction(pool, change, (transaction) => setCluster(transaction, id, changes));
}

/** {@link changeCluster} within a change. */
export async function setCluster(
  transaction: AuditedTransaction,
  id: string,
  changes: ClusterChanges,
  reason?: string,
): Promise<ClusterRow> {
  const known = await readCluster(transaction, id);
  const before = fieldsOf(known);
  const after = {
    name: changes.name ?? known.name,
    maxUsers: changes.maxUsers ?? known.maxUsers,
    status: changes.status ?? known.status,
    maxCores: changes.maxCores ?? known.maxCores,
    maxGpus: changes.maxGpus ?? known.maxGpus,
  };
  if (FIELDS.every((field) => after[field] === before[field])) return known;
  if (after.maxUsers < known.currentUsers)
    throw new RequestError('CLUSTER_FULL', `${known.currentUsers} users are on it`);
  const { name, maxUsers, status, maxCores, maxGpus } = after;
  await transaction.rowsOf(CHANGE_CLUSTER, [id, name, maxUsers, status, maxCores, maxGpus]);
  const entry = { action: 'change_cluster', entity: 'hopsworks_clusters', entityId: id };
  await transaction.audit({ ...entry, before, after, reason });
  return { ...known, ...after };
}

function fieldsOf({ name, maxUsers, status, maxCores, maxGpus }: ClusterRow): Pick<ClusterRow, ChangedField> {
  return { name, maxUsers, status, maxCores, maxGpus };
}
