import { type Pool, revokeClusterKey } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { clusterKeySchema } from './schemas.ts';

/** `DELETE /v1/clusters/{id}/keys/{keyId}` */
export function addRevokeKey(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'revokeClusterKey',
    summary: 'Revoke a key',
    description: 'Ingest refuses it within 10 seconds. Sent again it changes nothing.',
    tags: ['Cluster keys'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id"), keyId: systemIdSchema("The key's id") }),
    response: changed('The key as it is now', clusterKeySchema),
  };
  app.delete('/v1/clusters/:id/keys/:keyId', { schema, config: { access: 'admin' } }, (request) => {
    const { id: clusterId, keyId } = request.params;
    return revokeClusterKey(pool, changeOf(request), { clusterId, keyId });
  });
}
