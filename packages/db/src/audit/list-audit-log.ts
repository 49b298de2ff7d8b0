import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';

/** Who changed what, when and why. */
export type AuditRow = {
  readonly id: string;
  readonly happenedAt: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
  readonly requestId: string | null;
};

/**
 * A page of the audit log, the newest row first. Parameters: $1 entity or NULL, $2 its id or NULL, $3 and $4 moment and
 * id of the last row seen or NULL, $5 number of rows.
 */
const LIST_AUDIT_LOG = `
select
  id, ${instantText('happened_at')} as "happenedAt", actor_kind as "actorKind", actor_id as "actorId", action, entity,
  entity_id as "entityId", before, after, reason, request_id as "requestId"
from hopsmeter.audit_log
where ($1::text is null or entity = $1)
  and ($2::text is null or entity_id = $2)
  and ($3::timestamptz is null or (happened_at, id) < ($3, $4::uuid))
order by happened_at desc, id desc
limit $5::integer
`;

export type AuditLogQuery = {
  readonly entity?: string | undefined;
  readonly entityId?: string | undefined;
  readonly after?: { readonly happenedAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_AUDIT_LOG}. */
export async function listAuditLog(pool: Pool, query: AuditLogQuery): Promise<readonly AuditRow[]> {
  const { entity, entityId, after, limit } = query;
  const parameters = [entity ?? null, entityId ?? null, after?.happenedAt ?? null, after?.id ?? null, limit];
  return (await pool.query<AuditRow>(LIST_AUDIT_LOG, parameters)).rows;
}
