import type { Pool } from '../connection/pool.ts';
import { IS_RESTED, inTurns } from '../parked/in-turns.ts';
import type { SettledCounts } from '../parked/settle-parked.ts';
import { parkedInstant, parkedJson, parkedText } from '../sql/parked-event.ts';

/** Manifests that wait and those that a person asked for, clusters in turns. Parameters: $1 most rows of each kind. */
const LIST_MANIFESTS = `
(${inTurns({
  listed: `status = 'pending' and reason = 'manifest'`,
  isReady: `due_at is null and ${IS_RESTED}`,
  order: 'parked_at, id',
  limit: '$1',
})})
union
(${inTurns({
  listed: 'due_at is not null',
  isReady: `due_at <= now() and deferred = 'manifest'`,
  order: 'due_at, id',
  limit: '$1',
})})
`;

/** Lists with {@link LIST_MANIFESTS}. @returns ids of parked events. */
export async function listManifests(pool: Pool, limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(LIST_MANIFESTS, [limit]);
  return rows.map(({ id }) => id);
}

/**
 * Records manifests that wait and marks their parked rows, in one statement.
 *
 * Guarantees
 * - All or nothing, in autocommit. A manifest is in `cluster_manifests` exactly when its row says `counted`; it has no
 *   row in the ledger.
 * - Recorded before with the same content: `duplicate`. With another content, or known as another event: it stays
 *   pending as a `conflict`.
 * - A copy that another statement records meanwhile is left for the next call.
 *
 * Parameters: $1 ids of parked events. Locks: the parked rows, passing over those that are taken, then the manifests in
 * key order.
 */
const RECORD_MANIFESTS = `
with taken as materialized (
  select
    id, event_key, content_hash, hopsworks_cluster_id, source_path, reason, parked_at, event,
    coalesce(
      hopsmeter.counted_content_hash(event_key),
      (select report.content_hash from hopsmeter.project_reports as report where report.event_key = parked.event_key)
    ) as counted_hash,
    exists (select from hopsmeter.hopsworks_clusters where hopsworks_clusters.id = hopsworks_cluster_id) as has_cluster
  from hopsmeter.parked_events as parked
  where id = any($1::uuid[]) and status = 'pending' and deferred = 'manifest'
  order by id
  for update skip locked
),
recorded as (
  insert into hopsmeter.cluster_manifests
    (event_key, content_hash, hopsworks_cluster_id, source_path, window_started_at, window_ended_at, event_count, sums,
      missing_reason)
  select
    event_key, content_hash, hopsworks_cluster_id, source_path, ${parkedInstant('start')},
    ${parkedInstant('end')}, (${parkedText('eventCount')})::bigint, ${parkedJson('sums')}, ${parkedText('missing')}
  from taken
  where counted_hash is null and has_cluster
  order by event_key, reason = 'conflict', parked_at, id
  on conflict (event_key) do nothing
  returning event_key, content_hash
),
known as (
  select event_key, content_hash, 'counted' as outcome from recorded
  union all
  select event_key, content_hash, 'duplicate' from hopsmeter.cluster_manifests
    where event_key in (select event_key from taken)
),
outcomes as materialized (
  select taken.id,
    case
      when not has_cluster then 'uncountable'
      when counted_hash is not null or known.content_hash <> taken.content_hash then 'conflict'
      else known.outcome
    end as outcome
  from taken
  left join known on known.event_key = taken.event_key
  where known.event_key is not null or counted_hash is not null or not has_cluster
),
settled as (
  update hopsmeter.parked_events as parked set
    status = case when outcome in ('counted', 'duplicate') then 'counted' else 'pending' end,
    resolved_at = case when outcome in ('counted', 'duplicate') then now() end,
    resolution = case when outcome in ('counted', 'duplicate') then outcome end,
    reason = case when outcome in ('counted', 'duplicate') then parked.reason else outcome end,
    detail = case outcome
      when 'conflict' then 'another content was recorded under this identity'
      when 'uncountable' then 'the cluster is not known'
      else parked.detail
    end,
    tried_at = now(),
    try_count = parked.try_count + 1,
    due_at = null
  from outcomes
  where parked.id = outcomes.id
  returning outcome
)
select
  count(*) filter (where outcome = 'counted')::integer as counted,
  count(*) filter (where outcome = 'duplicate')::integer as duplicates,
  count(*) filter (where outcome not in ('counted', 'duplicate'))::integer as pending
from settled
`;

/** Records with {@link RECORD_MANIFESTS}. */
export async function recordManifests(pool: Pool, ids: readonly string[]): Promise<SettledCounts> {
  const { rows } = await pool.query<SettledCounts>(RECORD_MANIFESTS, [ids]);
  return rows[0] ?? { counted: 0, duplicates: 0, pending: 0 };
}
