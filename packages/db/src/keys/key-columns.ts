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
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt",
  case when isfinite(expires_at)
    then to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "expiresAt",
  case when isfinite(revoked_at)
    then to_char(revoked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "revokedAt",
  to_char(last_used_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "lastUsedAt",
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
