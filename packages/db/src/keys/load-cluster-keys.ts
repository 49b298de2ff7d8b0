import type { Micros } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantMicros } from '../sql/instant.ts';

/** A cluster key as ingest needs it. `hash` is the SHA-256 of the key. */
export type ClusterKey = {
  readonly id: string;
  readonly clusterId: string;
  readonly hash: Buffer;
  readonly expiresAt: Micros | undefined;
  readonly revokedAt: Micros | undefined;
};

type Row = {
  readonly id: string;
  readonly clusterId: string;
  readonly hash: Buffer;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
};

/**
 * Reads all keys that are or may come into force. Times come as text: a bigint would be cut by the driver. `infinity`
 * is no end: it has no microseconds, and without the check one such key would keep all of them from being read.
 */
const LOAD_KEYS = `
select id, hopsworks_cluster_id as "clusterId", hash,
  (${instantMicros('expires_at')})::text as "expiresAt", (${instantMicros('revoked_at')})::text as "revokedAt"
from hopsmeter.cluster_keys
where (expires_at is null or expires_at > now()) and (revoked_at is null or revoked_at > now())
`;

/** Loads the keys that are or may come into force. */
export async function loadClusterKeys(pool: Pool): Promise<readonly ClusterKey[]> {
  const result = await pool.query<Row>(LOAD_KEYS);
  return result.rows.map((row) => ({
    id: row.id,
    clusterId: row.clusterId,
    hash: row.hash,
    expiresAt: row.expiresAt === null ? undefined : Number(row.expiresAt),
    revokedAt: row.revokedAt === null ? undefined : Number(row.revokedAt),
  }));
}
