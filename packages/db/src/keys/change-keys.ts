import { generateClusterKey, RequestError } from '@hopsmeter/usage';
import { addAuditRow, type Change } from '../audit/audit-row.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { type ClusterKeyRow, KEY_COLUMNS } from './key-columns.ts';

/**
 * Live keys of one cluster at most: the one in use and the one that replaces it. More would be keys that nobody can
 * tell who holds them.
 */
export const LIVE_KEYS_MAX = 2;

/**
 * Locks a cluster's keys for one change at a time. Weaker than an update of the cluster's key, so that neither
 * recording usage nor assigning users waits for it. Ends with the transaction, so it works on a transaction pooler.
 *
 * A statement of its own: what is read after it is read behind the lock.
 */
const LOCK_CLUSTER_KEYS = 'select id from hopsmeter.hopsworks_clusters where id = $1 for no key update';

const COUNT_LIVE_KEYS = `
select count(*)::integer as count from hopsmeter.cluster_keys
where hopsworks_cluster_id = $1
  and (expires_at is null or expires_at > clock_timestamp())
  and (revoked_at is null or revoked_at > clock_timestamp())
`;

/** Parameters: $1 cluster, $2 prefix, $3 SHA-256 of the key, $4 key that it replaces or NULL. */
const ADD_KEY = `
insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash, rotated_from_id) values ($1, $2, $3, $4)
returning ${KEY_COLUMNS}
`;

/** A key that was just made. */
export type CreatedKey = {
  /** The secret. It is stored nowhere: show it once. */
  readonly key: string;
  readonly created: ClusterKeyRow;
};

/** A transaction in which nobody else changes the keys of a cluster. */
export type KeysTransaction = {
  /** Makes a key. @throws RequestError TOO_MANY_KEYS when the cluster would have more than {@link LIVE_KEYS_MAX}. */
  addKey(rotatedFromId?: string): Promise<CreatedKey>;
  rowOf(sql: string, parameters: readonly unknown[]): Promise<ClusterKeyRow | undefined>;
  audit(action: string, keyId: string, before: ClusterKeyRow | null, after: ClusterKeyRow): Promise<void>;
};

/**
 * Changes the keys of a cluster in one transaction, audit rows included.
 *
 * @throws RequestError NOT_FOUND when there is no such cluster.
 */
export function changeKeys<T>(
  pool: Pool,
  change: Change,
  clusterId: string,
  work: (transaction: KeysTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (query) => {
    const { rowsOf } = query;
    if ((await rowsOf(LOCK_CLUSTER_KEYS, [clusterId])).length === 0)
      throw new RequestError('NOT_FOUND', 'there is no such cluster');
    return work({
      addKey: (rotatedFromId) => addKey(query, clusterId, rotatedFromId),
      async rowOf(sql, parameters) {
        return (await rowsOf<ClusterKeyRow>(sql, parameters))[0];
      },
      audit: (action, keyId, before, after) =>
        addAuditRow(query, change, {
          action,
          entity: 'cluster_keys',
          entityId: keyId,
          before: before ?? undefined,
          after,
        }),
    });
  });
}

async function addKey({ rowsOf }: Query, clusterId: string, rotatedFromId: string | undefined): Promise<CreatedKey> {
  const { key, prefix, hash } = generateClusterKey();
  const [created] = await rowsOf<ClusterKeyRow>(ADD_KEY, [clusterId, prefix, hash, rotatedFromId ?? null]);
  const [live] = await rowsOf<{ count: number }>(COUNT_LIVE_KEYS, [clusterId]);
  if (created === undefined || live === undefined) throw new Error('the key was not added');
  if (live.count > LIVE_KEYS_MAX)
    throw new RequestError(
      'TOO_MANY_KEYS',
      `a cluster has at most ${LIVE_KEYS_MAX} live keys; revoke one, or rotate with graceSeconds 0`,
    );
  return { key, created };
}
