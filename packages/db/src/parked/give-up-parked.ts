import type { Change } from '../directory/change-directory.ts';
import type { Pool } from '../pool.ts';

/**
 * Decides that events are never counted; with the audit rows, in one statement.
 *
 * Guarantees: the event is kept with who decided and why. Only pending events are changed, so none is given up twice and
 * none that was counted meanwhile: a worker that has it in hand is waited for.
 *
 * Parameters: $1 ids, $2 reason, $3 and $4 actor's kind and id, $5 request id. Locks: the rows in the order of their ids.
 */
const GIVE_UP_PARKED = `
with given_up as (
  update parked_events as parked
  set status = 'given_up', resolved_at = now(), resolved_by = $4, resolution = $2, due_at = null
  where parked.id in (
      select id from parked_events where id = any($1::uuid[]) order by id for update
    )
    and parked.status = 'pending'
  returning parked.id, parked.reason, parked.detail
),
logged as (
  insert into audit_log (actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id)
  select $3, $4, 'give_up_parked_event', 'parked_events', id,
    jsonb_build_object('status', 'pending', 'reason', reason, 'detail', detail),
    jsonb_build_object('status', 'given_up'), $2, $5
  from given_up
)
select id from given_up
`;

/** Gives up with {@link GIVE_UP_PARKED}. @returns the ids of the events that are given up by this call. */
export async function giveUpParked(
  pool: Pool,
  { actor, requestId }: Change,
  { ids, reason }: { readonly ids: readonly string[]; readonly reason: string },
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(GIVE_UP_PARKED, [ids, reason, actor.kind, actor.id, requestId]);
  return rows.map(({ id }) => id);
}
