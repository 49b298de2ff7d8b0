import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { filterValues, matchesFilter, type ParkedFilter } from './parked-filter.ts';

/**
 * Most parked events that one request marks: their rows and as many rows of the audit log are written in half a second.
 * Whoever wants more asks again.
 */
export const PARKED_RETRY_MAX = 10_000;

/**
 * Marks pending parked events as due, so that a worker tries them within seconds, whatever their reason; with the audit
 * rows, in one statement.
 *
 * Guarantees: the oldest come first; by filter, each request marks others than the one before. Marked by id again, a
 * pending event is tried again. A worker that has a row locked is waited for, and what it counted is not marked.
 *
 * Parameters: $1 ids or NULL, $2 to $5 filter, $6 most rows, $7 and $8 actor's kind and id, $9 request id. Locks: the
 * rows, in the order of their parking.
 */
const REQUEST_PARKED_RETRY = `
with matching as not materialized (
  select id, parked_at from hopsmeter.parked_events
  where status = 'pending'
    and ($1::uuid[] is null or id = any($1))
    and ($1::uuid[] is not null or due_at is null)
    and ${matchesFilter(2)}
),
marked as (
  update hopsmeter.parked_events as parked set due_at = now()
  where parked.status = 'pending'
    and parked.id in (
      select id from hopsmeter.parked_events where id in (select id from matching order by parked_at, id limit $6)
      order by parked_at, id for update
    )
  returning parked.id, parked.reason, parked.try_count
),
logged as (
  insert into hopsmeter.audit_log (actor_kind, actor_id, action, entity, entity_id, before, request_id)
  select $7, $8, 'retry_parked_event', 'parked_events', id,
    jsonb_build_object('reason', reason, 'tryCount', try_count), $9
  from marked
)
select
  (select coalesce(array_agg(id), '{}') from marked) as ids,
  (select count(*) from matching)::integer - (select count(*) from marked)::integer as "leftCount"
`;

/** Either ids, or everything that a filter matches. */
export type ParkedRetryQuery = {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: ParkedFilter | undefined;
};

/** Which events were marked, and how many more match. */
export type ParkedRetryResult = { readonly ids: readonly string[]; readonly leftCount: number };

/** Marks with {@link REQUEST_PARKED_RETRY}, at most {@link PARKED_RETRY_MAX}. */
export async function requestParkedRetry(
  pool: Pool,
  { actor, requestId }: Change,
  { ids, filter = {} }: ParkedRetryQuery,
): Promise<ParkedRetryResult> {
  const parameters = [ids ?? null, ...filterValues(filter), PARKED_RETRY_MAX, actor.kind, actor.id, requestId];
  const { rows } = await pool.query<ParkedRetryResult>(REQUEST_PARKED_RETRY, parameters);
  return rows[0] ?? { ids: [], leftCount: 0 };
}
