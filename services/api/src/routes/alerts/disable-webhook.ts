import { disableWebhook } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { webhookSchema } from './schemas.ts';

/** `DELETE /v1/webhooks/{id}` */
export function addDisableWebhook(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'disableWebhook',
    summary: 'Disable a webhook',
    description: 'Pending deliveries are given up. Sent again it changes nothing.',
    tags: ['Spending caps and alerts'],
    params: z.strictObject({ id: systemIdSchema("The webhook's id") }),
    querystring: z.strictObject({}),
    response: changed('The webhook as it is now', webhookSchema),
  };
  app.delete('/v1/webhooks/:id', { schema, config: { access: 'admin' } }, (request) =>
    disableWebhook(pool, changeOf(request), request.params.id),
  );
}
