import type { Pool } from '../connection/pool.ts';

/** The month that is open and the one before, which somebody is about to close. */
const HOURS = 62 * 24;

/**
 * How many events of each cluster overlap others, of the last $1 hours and the present one, as the days were compared
 * last; see refresh-cluster-hours.ts. Clusters without any are there with 0. No locks.
 */
const COUNT_OVERLAPPING_USAGE = `
select clusters.id as "clusterId", (
    select coalesce(sum(overlapping_count), 0) from hopsmeter.cluster_hours as hours
    where hours.hopsworks_cluster_id = clusters.id
      and hours.hour >= date_trunc('hour', now(), 'UTC') - $1::integer * interval '1 hour'
  )::integer as "eventCount"
from hopsmeter.hopsworks_clusters as clusters
`;

export type OverlappingUsage = { readonly clusterId: string; readonly eventCount: number };

/** Counts with {@link COUNT_OVERLAPPING_USAGE}, over the last `hours`; over 62 days when not given. */
export async function countOverlappingUsage(pool: Pool, hours = HOURS): Promise<readonly OverlappingUsage[]> {
  return (await pool.query<OverlappingUsage>(COUNT_OVERLAPPING_USAGE, [hours])).rows;
}
