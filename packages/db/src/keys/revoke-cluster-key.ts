import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { changeKeys } from './change-keys.ts';
import { type ClusterKeyRow, KEY_COLUMNS } from './key-columns.ts';

const READ_KEY = `select ${KEY_COLUMNS} from hopsmeter.cluster_keys where id = $1 and hopsworks_cluster_id = $2`;

const REVOKE_KEY = `update hopsmeter.cluster_keys set revoked_at = clock_timestamp() where id = $1
  returning ${KEY_COLUMNS}`;

/**
 * Ends a key for good. Ingest refuses it when it reads the keys the next time, within seconds. A key that is revoked
 * already stays as it was, so running it twice is running it once.
 *
 * @throws RequestError NOT_FOUND without such a key of the cluster.
 */
export function revokeClusterKey(
  pool: Pool,
  change: Change,
  { clusterId, keyId }: { readonly clusterId: string; readonly keyId: string },
): Promise<ClusterKeyRow> {
  return changeKeys(pool, change, clusterId, async ({ rowOf, audit }) => {
    const before = await rowOf(READ_KEY, [keyId, clusterId]);
    if (before === undefined) throw new RequestError('NOT_FOUND', 'the cluster has no such key');
    if (before.status === 'revoked') return before;
    const after = (await rowOf(REVOKE_KEY, [keyId])) ?? before;
    await audit('revoke_cluster_key', keyId, before, after);
    return after;
  });
}
