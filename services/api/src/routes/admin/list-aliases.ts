import { listAliases, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { createPageCursor, nextCursorSchema, systemIdPart, textPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, searchSchema } from '../../contract/parameters.ts';
import { aliasSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ alias: textPart, id: systemIdPart }));

const querySchema = z.strictObject({
  clusterId: systemIdSchema('Only aliases of this cluster').optional(),
  userId: accountIdSchema.optional().meta({ description: 'Only aliases of this user' }),
  alias: searchSchema('Only this alias', 'john1234').optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z.object({ aliases: z.array(aliasSchema), nextCursor: nextCursorSchema }).meta({ id: 'Aliases' });

/** `GET /v1/aliases` */
export function addListAliases(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listAliases',
    summary: 'List aliases of users',
    description: 'What clusters call users, by alias. Aliases that have ended are listed too.',
    tags: ['Clusters'],
    querystring: querySchema,
    response: listed('A page of aliases', answerSchema),
  };
  app.get('/v1/aliases', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { clusterId, userId, cursor, limit } = query;
    const alias = query.alias === '' ? undefined : query.alias;
    const found = await listAliases(pool, { clusterId, userId, alias, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { aliases: rows, ...next };
  });
}
