import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { REMITTANCE_COLUMNS, type RemittanceRow } from './list-remittances.ts';

/** `sent`: it counts as paid for, it is never sent (again). `not_sent`: what it was for is sent with a new one. */
export const REMITTANCE_DECISIONS = ['sent', 'not_sent'] as const;
export type RemittanceDecision = (typeof REMITTANCE_DECISIONS)[number];

/**
 * What a person found out about a remittance that we cannot know or could not send; with the audit row, in one
 * statement.
 *
 * Guarantees: one that is pending is not touched, a worker may have it in hand; one that was decided stays so. What is
 * marked as sent may be marked as not sent, because Stripe takes events that it does not count in the end; the other
 * way round never, because its usage may be on its way again.
 *
 * Parameters: $1 id, $2 decision, $3 reason, $4 and $5 actor's kind and id, $6 request id. Locks: the row.
 */
const RESOLVE_REMITTANCE = `
with before as materialized (
  select id, account_owner_id, status, last_error from hopsmeter.stripe_remittances
  where id = $1::uuid
    and status in ('uncertain', 'rejected', 'too_old', case when $2 = 'not_sent' then 'sent' else 'uncertain' end)
  for update
),
resolved as (
  update hopsmeter.stripe_remittances
  set status = $2, resolved_at = now(), resolved_by = $5, resolution = $3
  where id in (select id from before)
  returning ${REMITTANCE_COLUMNS}
),
logged as (
  insert into hopsmeter.audit_log (actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id)
  select $4, $5, 'resolve_remittance', 'stripe_remittances', id,
    jsonb_build_object('accountOwnerId', account_owner_id, 'status', status, 'lastError', last_error),
    jsonb_build_object('status', $2), $3, $6
  from before
)
select * from resolved
`;

/** Asks whether there is a remittance $1. */
const FIND_REMITTANCE = 'select status from hopsmeter.stripe_remittances where id = $1::uuid';

/**
 * Decides with {@link RESOLVE_REMITTANCE}.
 *
 * @throws RequestError NOT_FOUND, REMITTANCE_NOT_OPEN.
 */
export async function resolveRemittance(
  pool: Pool,
  { actor, requestId }: Change,
  { id, outcome, reason }: { readonly id: string; readonly outcome: RemittanceDecision; readonly reason: string },
): Promise<RemittanceRow> {
  const parameters = [id, outcome, reason, actor.kind, actor.id, requestId];
  const { rows } = await pool.query<RemittanceRow>(RESOLVE_REMITTANCE, parameters);
  const [resolved] = rows;
  if (resolved !== undefined) return resolved;
  const [found] = (await pool.query<{ status: string }>(FIND_REMITTANCE, [id])).rows;
  if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no such remittance');
  throw new RequestError('REMITTANCE_NOT_OPEN', `the remittance is ${found.status}`);
}
