import { listPriceChanges, type Pool, PRICE_CHANGE_STATUSES } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema, parameter } from '../../contract/parameters.ts';
import { priceChangeSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ createdAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  status: parameter({
    parse: (text) => PRICE_CHANGE_STATUSES.find((status) => status === text),
    code: 'INVALID_TEXT',
    expected: `expected ${PRICE_CHANGE_STATUSES.join(' or ')}`,
    describedAs: { description: 'Only changes of this status', examples: ['applying'] },
  }).optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ priceChanges: z.array(priceChangeSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'PriceChanges' });

/** `GET /v1/price-changes` */
export function addListPriceChanges(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listPriceChanges',
    summary: 'List price changes',
    description: 'The newest first, with how far each is.',
    tags: ['Prices'],
    querystring: querySchema,
    response: listed('A page of price changes', answerSchema),
  };
  app.get('/v1/price-changes', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { status, cursor, limit } = query;
    const found = await listPriceChanges(pool, { status, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { priceChanges: rows, ...next };
  });
}
