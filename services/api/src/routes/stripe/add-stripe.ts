import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import type { Micros } from '@hopsmeter/usage';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addEndStripeCustomer } from './end-stripe-customer.ts';
import { addListRemittances } from './list-remittances.ts';
import { addReadStripeAccount } from './read-stripe-account.ts';
import { addResolveRemittance } from './resolve-remittance.ts';
import { addSetStripeCustomer } from './set-stripe-customer.ts';

/** Who pays through Stripe, and what was sent there. The api never calls Stripe; a worker does. */
export async function addStripe(scope: HttpApp, pool: Pool, now: () => Micros): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    addReadStripeAccount(app, pool, now);
    addSetStripeCustomer(app, pool, now);
    addEndStripeCustomer(app, pool, now);
    addListRemittances(app, pool);
    addResolveRemittance(app, pool);
  });
}
