import { endStripeCustomer, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import type { Micros } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { accountIdSchema, daySchema } from '../../contract/parameters.ts';
import { stripePeriodSchema } from './schemas.ts';

const querySchema = z.strictObject({
  to: daySchema(
    'First day (UTC) that nobody pays for through Stripe; tomorrow when not given',
    '2026-12-01',
  ).optional(),
});

const answerSchema = z
  .object({ ended: z.array(stripePeriodSchema).meta({ description: 'The periods as they were before' }) })
  .meta({ id: 'EndedStripePeriods' });

/** `DELETE /v1/accounts/{id}/stripe-customer` */
export function addEndStripeCustomer(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'endStripeCustomer',
    summary: 'Stop billing an account through Stripe',
    description:
      'Usage booked before `to` is still sent, however late it comes. A day whose usage may be at Stripe already ' +
      'cannot be taken away.',
    tags: ['Stripe'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: querySchema,
    response: changed('What has ended', answerSchema, 'STRIPE_USAGE_SENT'),
  };
  app.delete('/v1/accounts/:id/stripe-customer', { schema, config: { access: 'admin' } }, async (request) => {
    const ending = { accountOwnerId: request.params.id, to: request.query.to };
    return { ended: [...(await endStripeCustomer(pool, changeOf(request), ending, now()))] };
  });
}
