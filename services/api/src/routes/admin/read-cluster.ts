import { findCluster, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { problem } from '../../contract/problems.ts';
import { activeClusterSchema, addActivity } from './cluster-activity.ts';

/** `GET /v1/clusters/{id}` */
export function addReadCluster(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readCluster',
    summary: 'Read a cluster',
    description: 'With what is heard of it. Ask again to see the first event of a new cluster come.',
    tags: ['Clusters'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id") }),
    querystring: z.strictObject({}),
    response: {
      ...listed('The cluster', activeClusterSchema),
      404: problem('There is no such cluster', 'NOT_FOUND'),
    },
  };
  app.get('/v1/clusters/:id', { schema, config: { access: 'staff' } }, async ({ params }) => {
    const found = await findCluster(pool, params.id);
    const [cluster] = found === undefined ? [] : await addActivity(pool, [found]);
    if (cluster === undefined) throw new RequestError('NOT_FOUND', 'there is no such cluster');
    return cluster;
  });
}
