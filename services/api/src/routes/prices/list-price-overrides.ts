import { listPriceOverrides, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { accountOverrideSchema, mutable } from './schemas.ts';

const answerSchema = z.object({ overrides: z.array(accountOverrideSchema) }).meta({ id: 'PriceOverrides' });

/** `GET /v1/price-overrides` */
export function addListPriceOverrides(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listPriceOverrides',
    summary: 'List what accounts have of their own',
    description:
      'Own prices, discounts and other cards of all accounts, by account and first day: of the past and of the ' +
      'future; withdrawn ones are left out.',
    tags: ['Prices'],
    querystring: z.strictObject({}),
    response: listed('The overrides', answerSchema),
  };
  app.get('/v1/price-overrides', { schema, config: { access: 'staff' } }, async () => {
    const overrides = await listPriceOverrides(pool);
    return { overrides: overrides.map((override) => (override.kind === 'price' ? mutable(override) : override)) };
  });
}
