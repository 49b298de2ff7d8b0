import { changeCluster, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { clusterNameField, maxUsersField } from './create-cluster.ts';
import { clusterSchema } from './schemas.ts';

/** Far beyond the largest cluster; more is a typing error. */
const CORES_MAX = 1_000_000;
const GPUS_MAX = 100_000;

const bodySchema = z.strictObject({
  name: clusterNameField.optional(),
  maxUsers: maxUsersField.optional(),
  status: z.enum(['active', 'inactive']).optional(),
  maxCores: z
    .int()
    .min(1)
    .max(CORES_MAX)
    .optional()
    .meta({ description: 'Most cores that an event may have used over its window', examples: [512] }),
  maxGpus: z
    .int()
    .min(0)
    .max(GPUS_MAX)
    .optional()
    .meta({
      description: 'Most GPUs that an event may have used over its window; 0 where there are none',
      examples: [64],
    }),
});

/** `PATCH /v1/clusters/{id}` */
export function addChangeCluster(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changeCluster',
    summary: 'Change a cluster',
    description:
      'Omitted fields stay as they are. Users of an inactive cluster stay; no one else is assigned to it. ' +
      'Usage with more ' +
      'cores or GPUs than the cluster may have is parked as implausible; what is parked is tried again by ' +
      '`POST /v1/parked/retry`.',
    tags: ['Clusters'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id") }),
    body: bodySchema,
    response: changed('The cluster as it is now', clusterSchema, 'CLUSTER_EXISTS', 'CLUSTER_FULL'),
  };
  app.patch('/v1/clusters/:id', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, (request) =>
    changeCluster(pool, changeOf(request), request.params.id, request.body),
  );
}
