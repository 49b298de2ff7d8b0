import { listAuditLog, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema, searchSchema } from '../../contract/parameters.ts';

const pages = createPageCursor(z.object({ happenedAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  entity: searchSchema('Only changes of this table', 'users').optional(),
  entityId: searchSchema('Only changes of the row with this key', 'auth0|507f1f77').optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const entrySchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    happenedAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    actorKind: z.string().meta({ examples: ['staff'], description: '`staff`, `owner`, `service` or `system`' }),
    actorId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    action: z.string().meta({ examples: ['change_owner'] }),
    entity: z.string().meta({ examples: ['users'] }),
    entityId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    before: z.unknown(),
    after: z.unknown(),
    reason: z
      .string()
      .meta({ examples: ['agreed with the customer'] })
      .nullable(),
    requestId: z
      .string()
      .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
      .nullable(),
  })
  .meta({ id: 'AuditEntry' });

const answerSchema = z.object({ entries: z.array(entrySchema), nextCursor: nextCursorSchema }).meta({ id: 'AuditLog' });

/** `GET /v1/audit-log` */
export function addListAuditLog(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listAuditLog',
    summary: 'Read who changed what, and why',
    description: 'The newest first. Entries are only ever added.',
    tags: ['Audit'],
    querystring: querySchema,
    response: listed('A page of entries', answerSchema),
  };
  app.get('/v1/audit-log', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const filters = { entity: query.entity || undefined, entityId: query.entityId || undefined };
    const found = await listAuditLog(pool, { ...filters, after: query.cursor, limit: query.limit + 1 });
    const { rows, next } = pages.pageOf(found, query.limit, (row) => row);
    return { entries: rows, ...next };
  });
}
