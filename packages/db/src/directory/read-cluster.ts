import { RequestError, type RequestErrorCode } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';

export type ClusterStatus = 'active' | 'inactive';

/** A cluster as lists and answers show one. */
export type ClusterRow = {
  readonly id: string;
  readonly name: string;
  /** An inactive cluster takes no users; those who are on it stay, and their usage is counted. */
  readonly status: ClusterStatus;
  readonly maxUsers: number;
  /** Users who are on it now, counted whenever it is asked. */
  readonly currentUsers: number;
  /** How many cores and GPUs one event may have had over its window; one with more is parked as implausible. */
  readonly maxCores: number;
  readonly maxGpus: number;
  readonly createdAt: string;
};

/** Columns of a {@link ClusterRow}; the statement must name `hopsworks_clusters`. The count is never stored. */
export const CLUSTER_COLUMNS = `
  hopsworks_clusters.id, hopsworks_clusters.name, hopsworks_clusters.status,
  hopsworks_clusters.max_users as "maxUsers",
  (
    select count(*)::integer from hopsmeter.user_hopsworks_assignments
    where hopsworks_cluster_id = hopsworks_clusters.id and ended_at is null
  ) as "currentUsers",
  hopsworks_clusters.max_cores as "maxCores", hopsworks_clusters.max_gpus as "maxGpus",
  ${instantText('hopsworks_clusters.created_at')} as "createdAt"
`;

/** Reads one cluster by id, $1. */
const READ_CLUSTER = `select ${CLUSTER_COLUMNS} from hopsmeter.hopsworks_clusters where id = $1::uuid`;

/**
 * Reads a cluster that must be there.
 *
 * @throws RequestError NOT_FOUND for what the request is about, UNKNOWN_REFERENCE for what it only names.
 */
export async function readCluster(
  { rowsOf }: AuditedTransaction,
  id: string,
  code: Extract<RequestErrorCode, 'NOT_FOUND' | 'UNKNOWN_REFERENCE'> = 'NOT_FOUND',
): Promise<ClusterRow> {
  const [cluster] = await rowsOf<ClusterRow>(READ_CLUSTER, [id]);
  if (cluster === undefined) throw new RequestError(code, `there is no cluster ${id}`);
  return cluster;
}

/** Finds a cluster by id. */
export async function findCluster(pool: Pool, id: string): Promise<ClusterRow | undefined> {
  return (await pool.query<ClusterRow>(READ_CLUSTER, [id])).rows[0];
}
