import { balanceOf, listGrants, type Pool, readAccountFacts } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, RequestError, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { CURRENCY, currencySchema, formatCents, moneySchema } from '../../contract/amounts.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { accountIdSchema, monthOf, monthSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { accountShape, describeAccount } from './account-shape.ts';
import { accountsPeriodOf } from './accounts-period.ts';

const answerSchema = z
  .object({
    ...accountShape,
    billingAddress: z
      .string()
      .nullable()
      .meta({ description: 'Company and address on statements', examples: ['Analytical Engines Ltd\nLondon'] }),
    accountOwnerId: z
      .string()
      .nullable()
      .meta({
        description: 'Null for an owner; else the owner has since become a member of that account',
        examples: ['auth0|507f1f78'],
      }),
    cluster: z
      .object({
        id: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
        name: z.string().meta({ examples: ['eu-north-1'] }),
      })
      .nullable()
      .meta({ description: 'The cluster that the owner, and so the members, are on now' }),
    cap: moneySchema.nullable().meta({ description: 'The spending cap of a month; null without one' }),
    creditLeft: moneySchema.meta({ description: 'What is left of prepaid grants that are valid or will be' }),
    hasStripeCustomer: z
      .boolean()
      .meta({ description: 'Whether a Stripe customer pays for the account, or will', examples: [true] }),
    month: z.string().meta({ examples: ['2026-11'] }),
    currency: currencySchema,
    freshness: freshnessSchema,
  })
  .meta({ id: 'AccountFacts', description: 'An account: who it is, how it pays and what its month costs' });

const description = `Who the account is, how it pays, and what the month costs, in one answer. The amounts of the month
are those that the list of accounts has. What grants have left, the cap, the cluster and the Stripe customer are those
of now, whatever month is asked for.`;

export type ReadAccountDeps = { readonly billing: Billing; readonly pool: Pool; readonly now: () => Micros };

/** `GET /v1/accounts/{id}` */
export function addReadAccount(app: HttpApp, { billing, pool, now }: ReadAccountDeps): void {
  const schema = {
    operationId: 'readAccount',
    summary: 'Read who an account is, how it pays and what its month costs',
    description,
    tags: ['Billing'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({ month: monthSchema.optional() }),
    response: { ...answer('The account', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id', { schema, config: { access: 'own-account' } }, async ({ params: { id }, query }) => {
    const day = usageDayOf(now());
    const today = formatUsageDay(day);
    const shown = query.month ?? monthOf(today.slice(0, 7));
    const freshness = await billing.readFreshness();
    const [facts, account, grants] = await Promise.all([
      readAccountFacts(pool, id, today),
      readMonth(billing, id, { ...shown, ...accountsPeriodOf(shown, day) }),
      listGrants(pool, id),
    ]);
    if (facts === undefined || account === undefined) throw new RequestError('NOT_FOUND', 'no such account');
    const { clusterId, clusterName, billingAddress, accountOwnerId, cap, hasStripeCustomer } = facts;
    return {
      ...describeAccount(account),
      billingAddress,
      accountOwnerId,
      cluster: clusterId === null || clusterName === null ? null : { id: clusterId, name: clusterName },
      cap,
      creditLeft: formatCents(balanceOf(grants, today).left),
      hasStripeCustomer,
      month: shown.month,
      currency: CURRENCY,
      freshness,
    };
  });
}

type Period = ReturnType<typeof accountsPeriodOf> & { readonly from: string; readonly to: string };

/** What the list of accounts says of one; undefined when there is no such user. */
async function readMonth(billing: Billing, ownerId: string, { from, to, ...period }: Period) {
  const only = { ownerId, search: undefined, sort: '-total', after: undefined, limit: 1 } as const;
  return (await billing.listAccounts({ from, to, ...period, ...only })).accounts[0];
}
