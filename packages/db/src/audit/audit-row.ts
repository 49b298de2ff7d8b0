import type { Query } from '../connection/query.ts';

/** Who changes something: the kind, and an Auth0 sub or the name of a server or a job. */
export type Actor = { readonly kind: 'staff' | 'owner' | 'service' | 'system'; readonly id: string };

/** On whose behalf and by which request something is changed: what every row of the audit log says. */
export type Change = { readonly actor: Actor; readonly requestId: string };

/** What the audit log keeps of one change. `before` and `after` are the parts that matter; undefined where none. */
export type AuditEntry = {
  /** Verb and noun: `change_owner`. */
  readonly action: string;
  /** Table and key of what is changed. */
  readonly entity: string;
  readonly entityId: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  readonly reason?: string | undefined;
};

/**
 * Adds a row to the audit log. Parameters: $1 moment, or NULL for the beginning of the transaction, $2 and $3 actor's
 * kind and id, $4 action, $5 and $6 entity and its id, $7 and $8 before and after as JSON or NULL, $9 reason or NULL,
 * $10 request id.
 */
const ADD_AUDIT_ROW = `
insert into hopsmeter.audit_log
  (happened_at, actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id)
values (coalesce($1::timestamptz, now()), $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10)
`;

/** Adds with {@link ADD_AUDIT_ROW}, in the transaction of the change. */
export async function addAuditRow(
  { rowsOf }: Query,
  { actor, requestId }: Change,
  { action, entity, entityId, before, after, reason }: AuditEntry,
  happenedAt?: string,
): Promise<void> {
  await rowsOf(ADD_AUDIT_ROW, [
    happenedAt ?? null,
    actor.kind,
    actor.id,
    action,
    entity,
    entityId,
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
    reason ?? null,
    requestId,
  ]);
}
