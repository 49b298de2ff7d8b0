import { finiteInstantText, instantText } from '../sql/instant.ts';

/**
 * A cluster key as people see it; its hash is for nobody. A key is live until it is revoked or has expired, by the
 * database's clock.
 */
export const KEY_COLUMNS = `
  id, hopsworks_cluster_id as "clusterId", prefix,
  case
    when revoked_at <= clock_timestamp() then 'revoked'
    when expires_at <= clock_timestamp() then 'expired'
    else 'live'
  end as status,
  ${finiteInstantText('created_at')} as "createdAt",
  ${instantText('expires_at')} as "expiresAt",
  ${instantText('revoked_at')} as "revokedAt",
  ${finiteInstantText('last_used_at')} as "lastUsedAt",
  rotated_from_id as "rotatedFromId"
`;

export const KEY_STATUSES = ['live', 'expired', 'revoked'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** A cluster key as people see it. Times are RFC 3339 in UTC with microseconds; `null` where there is none. */
export type ClusterKeyRow = {
  readonly id: string;
  readonly clusterId: string;
  /** The first characters, to recognise the key by. */
  readonly prefix: string;
  readonly status: KeyStatus;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** To about a minute. */
  readonly lastUsedAt: string | null;
  /** The key that this one replaces. */
  readonly rotatedFromId: string | null;
};
