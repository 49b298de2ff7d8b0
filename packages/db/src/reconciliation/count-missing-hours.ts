import type { Pool } from '../connection/pool.ts';
import { GRID } from './cluster-hours-missing.ts';

/** The month that is open and the one before, which somebody is about to close. */
const HOURS = 62 * 24;

/**
 * How many hours each cluster misses, from $1 up to, but not including, $2, of the cluster $3 or of all. Clusters that
 * miss none are there with 0. No locks.
 */
const COUNT_MISSING_HOURS = `
with ${GRID}
select cluster as "clusterId", count(*) filter (where is_missing)::integer as "missingHours"
from grid group by cluster
`;

export type MissingHours = { readonly clusterId: string; readonly missingHours: number };

export type MissingHoursQuery = {
  /** The last so many, and the present one; default {@link HOURS}. */
  readonly hours?: number;
  /** Default all clusters. */
  readonly clusterId?: string | undefined;
};

/** Counts with {@link COUNT_MISSING_HOURS}. */
export async function countMissingHours(
  pool: Pool,
  { hours = HOURS, clusterId }: MissingHoursQuery = {},
): Promise<readonly MissingHours[]> {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const [from, to] = [hour - hours * 3_600_000, hour + 3_600_000].map((ms) => new Date(ms).toISOString());
  return (await pool.query<MissingHours>(COUNT_MISSING_HOURS, [from, to, clusterId ?? null])).rows;
}
