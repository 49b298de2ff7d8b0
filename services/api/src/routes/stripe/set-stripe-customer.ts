import { type Pool, setStripeCustomer } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { type Micros, parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { dayField, stripeCustomerField, stripePeriodSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  stripeCustomerId: stripeCustomerField,
  from: dayField('First usage day (UTC) that the customer pays for'),
});

const description = `Usage that is booked on \`from\` or later is sent to Stripe for this customer; whoever paid for
those days before pays up to \`from\`. It is decided by the day on which usage is booked, not by when it is sent. A day
whose usage may be at Stripe already keeps its customer: \`STRIPE_USAGE_SENT\`. Sent again it changes nothing.`;

/** `PUT /v1/accounts/{id}/stripe-customer` */
export function addSetStripeCustomer(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'setStripeCustomer',
    summary: 'Set the Stripe customer that pays for an account',
    description,
    tags: ['Stripe'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: changed(
      'The period that goes on from now on',
      stripePeriodSchema,
      'UNKNOWN_REFERENCE',
      'TWO_LEVELS',
      'STRIPE_CUSTOMER_TAKEN',
      'STRIPE_USAGE_SENT',
    ),
  };
  app.put(
    '/v1/accounts/:id/stripe-customer',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    (request) => {
      const from = parseUsageDay(request.body.from);
      if (from === undefined) throw new TypeError('a day that was read before cannot be read');
      const wanted = { accountOwnerId: request.params.id, stripeCustomerId: request.body.stripeCustomerId, from };
      return setStripeCustomer(pool, changeOf(request), wanted, now());
    },
  );
}
