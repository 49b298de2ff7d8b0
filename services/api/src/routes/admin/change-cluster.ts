import { changeCluster, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { BODY_BYTES_MAX, changed, clusterSchema } from './answers.ts';
import { changeOf } from './change-of.ts';
import { clusterNameField, maxUsersField } from './create-cluster.ts';
import { systemIdSchema } from './fields.ts';

const bodySchema = z.strictObject({
  name: clusterNameField.optional(),
  maxUsers: maxUsersField.optional(),
  status: z.enum(['active', 'inactive']).optional(),
});

/** `PATCH /v1/clusters/{id}` */
export function addChangeCluster(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changeCluster',
    summary: 'Change a cluster',
    description: 'What is not given stays as it is. Who is on an inactive cluster stays there; nobody else comes.',
    tags: ['Clusters'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id") }),
    body: bodySchema,
    response: changed('The cluster as it is now', clusterSchema, 'CLUSTER_EXISTS', 'CLUSTER_FULL'),
  };
  app.patch('/v1/clusters/:id', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, (request) =>
    answerOrNotReady(changeCluster(pool, changeOf(request), request.params.id, request.body)),
  );
}
