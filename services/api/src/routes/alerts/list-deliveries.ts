import { DELIVERY_STATUSES, listDeliveries } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema, parameter } from '../../contract/parameters.ts';
import { problem } from '../../contract/problems.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { deliverySchema } from './schemas.ts';

const statusSchema = parameter({
  parse: (text) => DELIVERY_STATUSES.find((status) => status === text),
  code: 'INVALID_TEXT',
  expected: `expected one of ${DELIVERY_STATUSES.join(', ')}`,
  describedAs: { description: 'Only those', enum: DELIVERY_STATUSES },
});

const pages = createPageCursor(z.object({ createdAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  status: statusSchema.optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ deliveries: z.array(deliverySchema), nextCursor: nextCursorSchema })
  .meta({ id: 'WebhookDeliveries' });

/** `GET /v1/webhooks/{id}/deliveries` */
export function addListDeliveries(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'listWebhookDeliveries',
    summary: "List a webhook's deliveries",
    description: 'The newest first.',
    tags: ['Spending caps and alerts'],
    params: z.strictObject({ id: systemIdSchema("The webhook's id") }),
    querystring: querySchema,
    response: {
      ...listed('A page of deliveries', answerSchema),
      404: problem('There is no such webhook', 'NOT_FOUND'),
    },
  };
  app.get('/v1/webhooks/:id/deliveries', { schema, config: { access: 'staff' } }, async ({ params, query }) => {
    const { status, cursor, limit } = query;
    const wanted = { webhookId: params.id, status, after: cursor, limit: limit + 1 };
    const found = await listDeliveries(pool, wanted);
    if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no such webhook');
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { deliveries: rows, ...next };
  });
}
