import { KEY_GRACE_SECONDS, KEY_GRACE_SECONDS_MAX, type Pool, rotateClusterKey } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { clusterKeySchema, made, secretField } from './schemas.ts';

const bodySchema = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(KEY_GRACE_SECONDS_MAX)
    .default(KEY_GRACE_SECONDS)
    .meta({ description: 'How long the old key still works' }),
});

const answerSchema = z
  .object({ key: secretField, clusterKey: clusterKeySchema, replaced: clusterKeySchema })
  .meta({ id: 'RotatedClusterKey' });

const description = `Makes a new key and ends the old one after \`graceSeconds\`: a day when not given, a week at most,
0 for a key that leaked. A rotation that would leave three live keys is refused with \`TOO_MANY_KEYS\`, so of two at
once one succeeds.`;

/** `POST /v1/clusters/{id}/keys/{keyId}/rotate` */
export function addRotateKey(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'rotateClusterKey',
    summary: 'Replace a key',
    description,
    tags: ['Cluster keys'],
    params: z.strictObject({ id: systemIdSchema("The cluster's id"), keyId: systemIdSchema("The old key's id") }),
    body: bodySchema,
    response: made(
      'The new key, shown this once, and the old one with its end',
      answerSchema,
      'TOO_MANY_KEYS',
      'KEY_ENDED',
    ),
  };
  app.post(
    '/v1/clusters/:id/keys/:keyId/rotate',
    {
      schema,
      config: { access: 'admin' },
      // No body is a body without fields.
      preValidation: async (request) => {
        request.body ??= { graceSeconds: KEY_GRACE_SECONDS };
      },
    },
    async (request, reply) => {
      const { id: clusterId, keyId } = request.params;
      const rotation = { clusterId, keyId, graceSeconds: request.body.graceSeconds };
      const { key, created, replaced } = await rotateClusterKey(pool, changeOf(request), rotation);
      return reply.code(201).send({ key, clusterKey: created, replaced });
    },
  );
}
