import { balanceOf, hasAccount, listGrants, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, RequestError, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { CURRENCY, currencySchema, formatCents, moneySchema } from '../../contract/amounts.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeGrant, grantSchema } from './schemas.ts';

const balanceSchema = z
  .object({
    granted: moneySchema,
    drawn: moneySchema,
    expired: moneySchema.meta({
      description: 'Not drawn, of grants that are not valid any more; a month that is closed later can still draw it',
    }),
    revoked: moneySchema.meta({ description: 'Not drawn, of revoked grants' }),
    left: moneySchema.meta({ description: 'Not drawn, of grants that are valid or will be' }),
  })
  .meta({ id: 'GrantBalance', description: '`granted` = `drawn` + `expired` + `revoked` + `left`' });

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    today: z.string().meta({ description: 'The UTC day that the statuses are of', examples: ['2026-11-22'] }),
    currency: currencySchema,
    balance: balanceSchema,
    grants: z.array(grantSchema),
  })
  .meta({ id: 'Grants' });

/** `GET /v1/accounts/{id}/grants` */
export function addListGrants(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'listGrants',
    summary: "Read an account's prepaid grants and their balance",
    description: 'All grants in the order in which statements draw them, ended ones too. Exact, to the cent.',
    tags: ['Prepaid grants'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({}),
    response: { ...answer('The grants', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/grants', { schema, config: { access: 'own-account' } }, async ({ params: { id } }) => {
    if (!(await hasAccount(pool, id))) throw new RequestError('NOT_FOUND', 'no such account');
    const grants = await listGrants(pool, id);
    const today = formatUsageDay(usageDayOf(now()));
    const { granted, drawn, expired, revoked, left } = balanceOf(grants, today);
    return {
      accountOwnerId: id,
      today,
      currency: CURRENCY,
      balance: {
        granted: formatCents(granted),
        drawn: formatCents(drawn),
        expired: formatCents(expired),
        revoked: formatCents(revoked),
        left: formatCents(left),
      },
      grants: grants.map((grant) => describeGrant(grant, today)),
    };
  });
}
