import { hasAccount, type Pool, readStripeAccount } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { type Micros, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { accountIdSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { stripeMonthSchema, stripePeriodSchema } from './schemas.ts';

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    customers: z.array(stripePeriodSchema),
    months: z.array(stripeMonthSchema),
  })
  .meta({ id: 'StripeAccount' });

const description = `By month, customer and meter: what was used on days that the customer pays for, what of it Stripe
has, and what is left over for the next month. Nothing is rounded: the quantities of all months are what was sent and
the last remainder, to the last digit. Stripe is sent whole thousandths, so up to a thousandth is always left over.`;

/** `GET /v1/accounts/{id}/stripe` */
export function addReadStripeAccount(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'readStripeAccount',
    summary: "Read how much of an account's usage Stripe has",
    description,
    tags: ['Stripe'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({}),
    response: { ...answer('What was used and sent', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/stripe', { schema, config: { access: 'own-account' } }, async ({ params }) => {
    const [isKnown, { customers, months }] = await Promise.all([
      hasAccount(pool, params.id),
      readStripeAccount(pool, params.id, now()),
    ]);
    if (!isKnown) throw new RequestError('NOT_FOUND', 'no such account');
    return { accountOwnerId: params.id, customers: [...customers], months: [...months] };
  });
}
