import { findPriceChange, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { systemIdSchema } from '../../contract/fields.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { priceChangeSchema } from './schemas.ts';

/** `GET /v1/price-changes/{id}` */
export function addReadPriceChange(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readPriceChange',
    summary: 'Read a price change and how far it is',
    description: 'While it is `applying`, ask again after some seconds.',
    tags: ['Prices'],
    params: z.strictObject({ id: systemIdSchema('The price change') }),
    querystring: z.strictObject({}),
    response: { ...answer('The price change', priceChangeSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/price-changes/:id', { schema, config: { access: 'staff' } }, async ({ params: { id } }) => {
    const found = await findPriceChange(pool, id);
    if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no such price change');
    return found;
  });
}
