import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';

/**
 * Decides that implausible events are counted as they are, and marks them as due; with the audit rows, in one
 * statement.
 *
 * Guarantees: only pending events that wait as `implausible` are changed, each once. The decision stays with the event:
 * should it lack a user or a price as well, it is counted as soon as that is there.
 *
 * Parameters: $1 ids, $2 reason, $3 and $4 actor's kind and id, $5 request id. Locks: the rows in the order of their
 * ids.
 */
const RELEASE_PARKED = `
with released as (
  update hopsmeter.parked_events as parked
  set released_at = now(), release_reason = $2, resolved_by = $4, due_at = now()
  where parked.id in (
      select id from hopsmeter.parked_events where id = any($1::uuid[]) order by id for update
    )
    and parked.status = 'pending' and parked.reason = 'implausible' and parked.released_at is null
  returning parked.id, parked.detail
),
logged as (
  insert into hopsmeter.audit_log (actor_kind, actor_id, action, entity, entity_id, before, reason, request_id)
  select $3, $4, 'release_parked_event', 'parked_events', id,
    jsonb_build_object('reason', 'implausible', 'detail', detail), $2, $5
  from released
)
select id from released
`;

/** Releases with {@link RELEASE_PARKED}. @returns the ids of the events that are released by this call. */
export async function releaseParked(
  pool: Pool,
  { actor, requestId }: Change,
  { ids, reason }: { readonly ids: readonly string[]; readonly reason: string },
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(RELEASE_PARKED, [ids, reason, actor.kind, actor.id, requestId]);
  return rows.map(({ id }) => id);
}
