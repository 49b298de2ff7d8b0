import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { type CreatedKey, changeKeys } from './change-keys.ts';

/**
 * Makes a key that a cluster can post with; ingest takes it at once.
 *
 * @throws RequestError NOT_FOUND without such a cluster, TOO_MANY_KEYS when it has two live ones.
 */
export function createClusterKey(pool: Pool, change: Change, clusterId: string): Promise<CreatedKey> {
  return changeKeys(pool, change, clusterId, async ({ addKey, audit }) => {
    const made = await addKey();
    await audit('create_cluster_key', made.created.id, null, made.created);
    return made;
  });
}
