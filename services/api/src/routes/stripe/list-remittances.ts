import { listRemittances, type Pool, REMITTANCE_STATUSES } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, parameter } from '../../contract/parameters.ts';
import { remittanceSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ createdAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  status: parameter({
    parse: (text) => REMITTANCE_STATUSES.find((status) => status === text),
    code: 'INVALID_TEXT',
    expected: `expected one of ${REMITTANCE_STATUSES.join(', ')}`,
    describedAs: { description: 'Only those', enum: REMITTANCE_STATUSES },
  }).optional(),
  accountOwnerId: accountIdSchema.optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ remittances: z.array(remittanceSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'Remittances' });

/** `GET /v1/stripe/remittances` */
export function addListRemittances(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listRemittances',
    summary: 'List the meter events that were sent to Stripe, or will be',
    description: 'The newest first. Those that are `uncertain`, `rejected` or `too_old` wait for a person.',
    tags: ['Stripe'],
    querystring: querySchema,
    response: listed('A page of remittances', answerSchema),
  };
  app.get('/v1/stripe/remittances', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { status, accountOwnerId, cursor, limit } = query;
    const found = await listRemittances(pool, { status, accountOwnerId, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { remittances: rows, ...next };
  });
}
