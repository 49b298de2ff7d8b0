import { listProjects, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { createPageCursor, nextCursorSchema, systemIdPart, textPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, searchSchema } from '../../contract/parameters.ts';
import { projectSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ namespace: textPart, id: systemIdPart }));

const querySchema = z.strictObject({
  clusterId: systemIdSchema('Only namespaces of this cluster').optional(),
  userId: accountIdSchema.optional().meta({ description: 'Only projects of this user' }),
  namespace: searchSchema('Only this namespace', 'fraud-detection').optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ projects: z.array(projectSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'Projects' });

/** `GET /v1/projects` */
export function addListProjects(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listProjects',
    summary: 'List projects',
    description: 'Namespaces and whose they are, or were, by namespace. Ended projects are listed too.',
    tags: ['Projects'],
    querystring: querySchema,
    response: listed('A page of projects', answerSchema),
  };
  app.get('/v1/projects', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { clusterId, userId, cursor, limit } = query;
    const namespace = query.namespace === '' ? undefined : query.namespace;
    const found = await listProjects(pool, { clusterId, userId, namespace, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { projects: rows, ...next };
  });
}
