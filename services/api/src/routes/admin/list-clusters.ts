import { listClusters, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, nextCursorSchema, textPart } from '../../contract/page-cursor.ts';
import { limitSchema } from '../../contract/parameters.ts';
import { activeClusterSchema, addActivity } from './cluster-activity.ts';

const pages = createPageCursor(z.object({ name: textPart }));

const querySchema = z.strictObject({
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ clusters: z.array(activeClusterSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'Clusters' });

/** `GET /v1/clusters` */
export function addListClusters(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listClusters',
    summary: 'List clusters',
    description: 'All clusters by name, with the number of users who are on them now, and what is heard of them.',
    tags: ['Clusters'],
    querystring: querySchema,
    response: listed('A page of clusters', answerSchema),
  };
  app.get('/v1/clusters', { schema, config: { access: 'staff' } }, async ({ query: { cursor, limit } }) => {
    const found = await listClusters(pool, { after: cursor?.name, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { clusters: await addActivity(pool, rows), ...next };
  });
}
