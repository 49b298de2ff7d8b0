import { listProjects, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { systemIdSchema } from '../../contract/fields.ts';
import { ANY_TEXT, cursorSchema, nextCursorSchema, pageOf, SYSTEM_ID } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, searchSchema } from '../../contract/parameters.ts';
import { listed, projectSchema, ROWS_DEFAULT, ROWS_MAX } from './schemas.ts';

const querySchema = z.strictObject({
  clusterId: systemIdSchema('Only namespaces of this cluster').optional(),
  userId: accountIdSchema.optional().meta({ description: 'Only projects of this user' }),
  namespace: searchSchema('Only this namespace', 'fraud-detection').optional(),
  cursor: cursorSchema(ANY_TEXT, SYSTEM_ID),
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
    const [afterNamespace, afterId] = cursor ?? [];
    const after =
      afterNamespace === undefined || afterId === undefined ? undefined : { namespace: afterNamespace, id: afterId };
    const found = await listProjects(pool, { clusterId, userId, namespace, after, limit: limit + 1 });
    const { rows, next } = pageOf(found, limit, (row) => [row.namespace, row.id]);
    return { projects: rows, ...next };
  });
}
