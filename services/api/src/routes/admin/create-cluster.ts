import { createCluster, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { nameField } from '../../contract/fields.ts';
import { clusterSchema } from './schemas.ts';

/** Far beyond the largest cluster; more is a typing error. */
const USERS_MAX = 100_000;

export const clusterNameField = nameField('Name, unique among clusters', 'eu-north-1');
export const maxUsersField = z
  .int()
  .min(1)
  .max(USERS_MAX)
  .meta({ description: 'Maximum number of users', examples: [50] });

/** `POST /v1/clusters` */
export function addCreateCluster(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createCluster',
    summary: 'Add a cluster',
    description: 'Sent again with the same data it answers 200 with the cluster.',
    tags: ['Clusters'],
    body: z.strictObject({ name: clusterNameField, maxUsers: maxUsersField }),
    response: created('The cluster was added', clusterSchema, 'CLUSTER_EXISTS'),
  };
  app.post(
    '/v1/clusters',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { isCreated, value } = await createCluster(pool, changeOf(request), request.body);
      return reply.code(isCreated ? 201 : 200).send(value);
    },
  );
}
