import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { filterValues, matchesFilter, type ParkedFilter } from './parked-filter.ts';

/**
 * Most parked events that one request gives up by a filter: their rows and as many rows of the audit log are written in
 * half a second. Whoever wants more asks again.
 */
export const PARKED_GIVE_UP_MAX = 10_000;

/** Pending events with the ids $1, or all that match the filter of $2 to $5. */
const MATCHING = `
matching as materialized (
  select id, reason, parked_at from hopsmeter.parked_events
  where status = 'pending' and ($1::uuid[] is null or id = any($1)) and ${matchesFilter(2)}
)`;

/**
 * Decides that events are never counted; with the audit rows, in one statement.
 *
 * Guarantees: the event is kept with who decided and why. Only pending events are changed, so none is given up twice
 * and none that was counted meanwhile: a worker that has it in hand is waited for. The longest waiting come first, so
 * each request with the same filter gives up others than the one before.
 *
 * Parameters: $1 ids or NULL, $2 to $5 filter, $6 most rows, $7 reason, $8 and $9 actor's kind and id, $10 request id.
 * Locks: the rows in the order of their ids.
 */
const GIVE_UP_PARKED = `
with ${MATCHING},
given_up as (
  update hopsmeter.parked_events as parked
  set status = 'given_up', resolved_at = now(), resolved_by = $9, resolution = $7, due_at = null
  where parked.id in (
      select id from hopsmeter.parked_events where id in (select id from matching order by parked_at, id limit $6)
      order by id for update
    )
    and parked.status = 'pending'
  returning parked.id, parked.reason, parked.detail
),
logged as (
  insert into hopsmeter.audit_log (actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id)
  select $8, $9, 'give_up_parked_event', 'parked_events', id,
    jsonb_build_object('status', 'pending', 'reason', reason, 'detail', detail),
    jsonb_build_object('status', 'given_up'), $7, $10
  from given_up
)
select
  (select coalesce(array_agg(id), '{}') from given_up) as ids,
  greatest((select count(*) from matching) - (select count(*) from given_up), 0)::integer as "leftCount"
`;

/** Either ids, or everything that a filter matches. */
export type ParkedToGiveUp = {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: ParkedFilter | undefined;
};

/** Which events are given up by this call, and how many more match. */
export type ParkedGivenUp = { readonly ids: readonly string[]; readonly leftCount: number };

/** Gives up with {@link GIVE_UP_PARKED}, at most {@link PARKED_GIVE_UP_MAX}. */
export async function giveUpParked(
  pool: Pool,
  { actor, requestId }: Change,
  { ids, filter = {}, reason }: ParkedToGiveUp & { readonly reason: string },
): Promise<ParkedGivenUp> {
  const { rows } = await pool.query<ParkedGivenUp>(GIVE_UP_PARKED, [
    ids ?? null,
    ...filterValues(filter),
    PARKED_GIVE_UP_MAX,
    reason,
    actor.kind,
    actor.id,
    requestId,
  ]);
  return rows[0] ?? { ids: [], leftCount: 0 };
}

/** How many events wait that would be given up, by the reason that they wait for. Parameters: $1 to $5 as above. */
const COUNT_TO_GIVE_UP = `
with ${MATCHING}
select reason, count(*)::integer as count from matching group by reason order by reason
`;

/** Counts with {@link COUNT_TO_GIVE_UP} what {@link giveUpParked} would give up, however often it has to be asked. */
export async function countToGiveUp(
  pool: Pool,
  { ids, filter = {} }: ParkedToGiveUp,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ reason: string; count: number }>(COUNT_TO_GIVE_UP, [
    ids ?? null,
    ...filterValues(filter),
  ]);
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}
