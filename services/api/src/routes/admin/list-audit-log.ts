import { listAuditLog, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { daySchema, limitSchema, searchSchema, userIdSchema } from '../../contract/parameters.ts';

const pages = createPageCursor(z.object({ happenedAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  entity: searchSchema('Only changes of this table', 'users').optional(),
  entityId: searchSchema('Only changes of the row with this key', 'auth0|507f1f77').optional(),
  account: userIdSchema(
    'Only changes that concern this account: its owner, and the users whom it ever paid for',
  ).optional(),
  actor: searchSchema('Only changes by this person or job', 'auth0|777').optional(),
  action: searchSchema('Only these changes', 'grant_credit').optional(),
  from: daySchema('First day (UTC)', '2026-11-01').optional(),
  to: daySchema('Day after the last one (UTC)', '2026-12-01').optional(),
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
    const { entity, entityId, account, actor, action, from, to, cursor, limit } = query;
    const found = await listAuditLog(pool, {
      entity: entity || undefined,
      entityId: entityId || undefined,
      account,
      actorId: actor || undefined,
      action: action || undefined,
      from: from === undefined ? undefined : formatUsageDay(from),
      to: to === undefined ? undefined : formatUsageDay(to),
      after: cursor,
      limit: limit + 1,
    });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { entries: rows, ...next };
  });
}
