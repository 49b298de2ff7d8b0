import { retryDelivery } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { accepted } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { deliverySchema } from './schemas.ts';

/** `POST /v1/webhooks/{id}/deliveries/{deliveryId}/retry` */
export function addRetryDelivery(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'retryWebhookDelivery',
    summary: 'Retry a delivery now',
    description: 'Works for waiting and for dead deliveries. A worker posts it within seconds, under the same id.',
    tags: ['Spending caps and alerts'],
    params: z.strictObject({
      id: systemIdSchema("The webhook's id"),
      deliveryId: systemIdSchema("The delivery's id"),
    }),
    querystring: z.strictObject({}),
    response: accepted('The delivery as it is now', deliverySchema, 'WEBHOOK_DISABLED', 'WEBHOOK_DELIVERED'),
  };
  app.post(
    '/v1/webhooks/:id/deliveries/:deliveryId/retry',
    { schema, config: { access: 'admin' } },
    async (request, reply) => {
      const { id: webhookId, deliveryId } = request.params;
      const wanted = { webhookId, deliveryId };
      return reply.code(202).send(await retryDelivery(pool, changeOf(request), wanted));
    },
  );
}
