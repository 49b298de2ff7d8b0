import { listWebhooks } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema } from '../../contract/parameters.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { webhookSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ createdAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ webhooks: z.array(webhookSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'Webhooks' });

/** `GET /v1/webhooks` */
export function addListWebhooks(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'The newest first, disabled ones too. Never their secrets.',
    tags: ['Spending caps and alerts'],
    querystring: querySchema,
    response: listed('A page of webhooks', answerSchema),
  };
  app.get('/v1/webhooks', { schema, config: { access: 'staff' } }, async ({ query: { cursor, limit } }) => {
    const found = await listWebhooks(pool, { after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { webhooks: rows, ...next };
  });
}
