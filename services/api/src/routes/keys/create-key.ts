import { createClusterKey, LIVE_KEYS_MAX, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { clusterKeySchema, made, secretField } from './schemas.ts';

const answerSchema = z.object({ key: secretField, clusterKey: clusterKeySchema }).meta({ id: 'CreatedClusterKey' });

/** `POST /v1/clusters/{id}/keys` */
export function addCreateKey(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createClusterKey',
    summary: 'Create a cluster key',
    description: `It works immediately. A cluster has at most ${LIVE_KEYS_MAX} live keys. No body.`,
    tags: ['Cluster keys'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id") }),
    response: made('The key, shown only once', answerSchema, 'TOO_MANY_KEYS'),
  };
  app.post('/v1/clusters/:id/keys', { schema, config: { access: 'admin' } }, async (request, reply) => {
    const { key, created } = await createClusterKey(pool, changeOf(request), request.params.id);
    return reply.code(201).send({ key, clusterKey: created });
  });
}
