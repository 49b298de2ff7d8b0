import * as z from 'zod/mini';

const entrySchema = z.object({
  id: z.string(),
  happenedAt: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  action: z.string(),
  entity: z.string(),
  entityId: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.nullable(z.string()),
  requestId: z.nullable(z.string()),
});

export type AuditEntry = z.output<typeof entrySchema>;

/** `GET /v1/audit-log` */
export const auditLogSchema = z.object({ entries: z.array(entrySchema), nextCursor: z.optional(z.string()) });
