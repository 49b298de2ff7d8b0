/**
 * Whether a parked event's time to be tried has come. Each failure doubles the time until the next try, from 10 ms to
 * 10 minutes: a dozen changes of the directory in a row are seen at once, and an event that nothing helps is not read
 * and written again with every one of thousands.
 */
export const IS_RESTED = `
(tried_at is null
  or tried_at < now() - least(interval '10 ms' * power(2, least(try_count, 30)), interval '10 minutes'))`;

type Turns = {
  /** SQL: what is listed at all. The condition of a partial index that begins with the cluster. */
  readonly listed: string;
  /** SQL: what of it may be tried now. */
  readonly isReady: string;
  /** SQL: the columns of that index after the cluster. */
  readonly order: string;
  /** SQL: most rows, of one cluster and of all. */
  readonly limit: string;
};

/** SQL: parked for what the directory lacked. The condition of the index parked_events_retry_idx, word by word. */
export const LACKS_DIRECTORY = `
status = 'pending'
  and reason in ('unknown_namespace', 'unknown_user', 'user_not_on_cluster', 'unknown_meter', 'unknown_gpu_model',
    'no_rate')`;

/**
 * A query of the ids of parked events that may be tried, in which every cluster takes turns: the first of each cluster
 * come first, then the second of each. So no cluster waits for another one's thousands.
 *
 * The clusters are found by steps along the index, one look for each; of each as many rows as are asked for.
 */
export function inTurns({ listed, isReady, order, limit }: Turns): string {
  const rowsOf = (cluster: string) => `
    select id, row_number() over (order by ${order}) as place from hopsmeter.parked_events
    where ${listed} and ${isReady} and ${cluster}
    order by ${order} limit ${limit}`;
  const firstCluster = (after: string) => `
    select hopsworks_cluster_id from hopsmeter.parked_events
    where ${listed} and hopsworks_cluster_id ${after}
    order by hopsworks_cluster_id limit 1`;
  return `
  select id from (
    with recursive clusters (id) as (
      (${firstCluster('is not null')})
      union all
      select (${firstCluster('> clusters.id')}) from clusters where id is not null
    )
    select ready.id, ready.place from clusters
    cross join lateral (${rowsOf('hopsworks_cluster_id = clusters.id')}) as ready
    union all
    (${rowsOf('hopsworks_cluster_id is null')})
  ) as turns order by place, id limit ${limit}`;
}
