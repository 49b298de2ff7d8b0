import { listClusterKeys, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { problem } from '../../contract/problems.ts';
import { clusterKeySchema } from './schemas.ts';

const answerSchema = z.object({ keys: z.array(clusterKeySchema) }).meta({ id: 'ClusterKeys' });

/** `GET /v1/clusters/{id}/keys` */
export function addListKeys(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listClusterKeys',
    summary: 'List the keys of a cluster',
    description: 'The newest 200, ended ones too. Never the keys themselves.',
    tags: ['Cluster keys'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id") }),
    querystring: z.strictObject({}),
    response: { ...listed('The keys', answerSchema), 404: problem('There is no such cluster', 'NOT_FOUND') },
  };
  app.get('/v1/clusters/:id/keys', { schema, config: { access: 'staff' } }, async ({ params }) => {
    const keys = await listClusterKeys(pool, params.id);
    if (keys === undefined) throw new RequestError('NOT_FOUND', 'there is no such cluster');
    return { keys: [...keys] };
  });
}
