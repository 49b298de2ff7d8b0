import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { type CreatedKey, changeKeys } from './change-keys.ts';
import { type ClusterKeyRow, KEY_COLUMNS } from './key-columns.ts';

/** A day to bring the new key to the cluster. */
export const KEY_GRACE_SECONDS = 86_400;

/** Longer is no rotation any more. */
export const KEY_GRACE_SECONDS_MAX = 7 * 86_400;

const READ_KEY = `select ${KEY_COLUMNS} from hopsmeter.cluster_keys where id = $1 and hopsworks_cluster_id = $2`;

/** Ends key $1 after $2 seconds, or when it would have ended anyway. */
const END_KEY = `
update hopsmeter.cluster_keys
set expires_at = least(expires_at, clock_timestamp() + make_interval(secs => $2))
where id = $1
returning ${KEY_COLUMNS}
`;

export type RotatedKey = CreatedKey & {
  /** The key that was replaced, with its end. */
  readonly replaced: ClusterKeyRow;
};

/**
 * Makes a key that replaces another one, which stays good for a grace time.
 *
 * Two rotations at once take turns: the second one finds two live keys and is refused, so that a cluster never has
 * three of which nobody knows which one is in use.
 *
 * @throws RequestError NOT_FOUND without such a key of the cluster, KEY_ENDED when it is not live, TOO_MANY_KEYS when
 * the cluster would have more than two live ones.
 */
export function rotateClusterKey(
  pool: Pool,
  change: Change,
  {
    clusterId,
    keyId,
    graceSeconds,
  }: { readonly clusterId: string; readonly keyId: string; readonly graceSeconds: number },
): Promise<RotatedKey> {
  return changeKeys(pool, change, clusterId, async ({ addKey, rowOf, audit }) => {
    const before = await rowOf(READ_KEY, [keyId, clusterId]);
    if (before === undefined) throw new RequestError('NOT_FOUND', 'the cluster has no such key');
    if (before.status !== 'live') throw new RequestError('KEY_ENDED', `the key is ${before.status}`);
    const replaced = (await rowOf(END_KEY, [keyId, graceSeconds])) ?? before;
    const made = await addKey(keyId);
    await audit('rotate_cluster_key', keyId, before, replaced);
    await audit('create_cluster_key', made.created.id, null, made.created);
    return { ...made, replaced };
  });
}
