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
 * id of the last row seen or NULL, $5 number of rows, $6 account or NULL: changes that name it or a user whom it ever
 * paid for, $7 actor's id or NULL, $8 action or NULL, $9 first day or NULL, $10 day after the last or NULL. Each filter
 * has an index, and so have the newest rows.
 */
const LIST_AUDIT_LOG = `
select
  id, ${instantText('happened_at')} as "happenedAt", actor_kind as "actorKind", actor_id as "actorId", action, entity,
  entity_id as "entityId", before, after, reason, request_id as "requestId"
from hopsmeter.audit_log
where ($1::text is null or entity = $1)
  and ($2::text is null or entity_id = $2)
  and ($3::timestamptz is null or (happened_at, id) < ($3, $4::uuid))
  and ($6::text is null or user_ids && (
    select array_append(array_agg(user_id), $6) from hopsmeter.account_ownerships where account_owner_id = $6
  ))
  and ($7::text is null or actor_id = $7)
  and ($8::text is null or action = $8)
  and ($9::date is null or happened_at >= $9::date::timestamp at time zone 'UTC')
  and ($10::date is null or happened_at < $10::date::timestamp at time zone 'UTC')
order by happened_at desc, id desc
limit $5::integer
`;

export type AuditLogQuery = {
  readonly entity?: string | undefined;
  readonly entityId?: string | undefined;
  /** Only changes that concern this account: the owner, or a user whom the owner pays for or ever paid for. */
  readonly account?: string | undefined;
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  /** First day, UTC. */
  readonly from?: string | undefined;
  /** Day after the last one. */
  readonly to?: string | undefined;
  readonly after?: { readonly happenedAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_AUDIT_LOG}. */
export async function listAuditLog(pool: Pool, query: AuditLogQuery): Promise<readonly AuditRow[]> {
  const { entity, entityId, account, actorId, action, from, to, after, limit } = query;
  const { rows } = await pool.query<AuditRow>(LIST_AUDIT_LOG, [
    entity ?? null,
    entityId ?? null,
    after?.happenedAt ?? null,
    after?.id ?? null,
    limit,
    account ?? null,
    actorId ?? null,
    action ?? null,
    from ?? null,
    to ?? null,
  ]);
  return rows;
}
