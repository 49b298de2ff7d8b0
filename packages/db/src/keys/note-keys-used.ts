import { formatTime, type Micros } from '@hopsmeter/usage';
import { plainArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';

/**
 * Notes when keys were last used, coarsely: a key whose note is less than a minute older is passed over, so that
 * several ingest processes together write each key once a minute. So is one whose row somebody else has locked, such as
 * another ingest: nobody waits, and nobody waits in a circle.
 *
 * Parameters, in parallel: $1 keys, $2 times.
 */
const NOTE_KEYS_USED = `
with stale as (
  select cluster_keys.id, used.used_at
  from unnest($1::uuid[], $2::timestamptz[]) as used (id, used_at)
  join hopsmeter.cluster_keys on cluster_keys.id = used.id
  where last_used_at is null or last_used_at <= used.used_at - interval '1 minute'
  for no key update of cluster_keys skip locked
)
update hopsmeter.cluster_keys set last_used_at = stale.used_at from stale where cluster_keys.id = stale.id
`;

/** When a cluster key was last used. */
export type KeyUse = { readonly keyId: string; readonly usedAt: Micros };

/** Notes with {@link NOTE_KEYS_USED}. */
export async function noteKeysUsed(pool: Pool, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  await pool.query(NOTE_KEYS_USED, [
    plainArray(uses.map(({ keyId }) => keyId)),
    plainArray(uses.map(({ usedAt }) => formatTime(usedAt))),
  ]);
}
