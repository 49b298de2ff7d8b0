import { GRANTS_MAX, grantCredit, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { amountField } from '../../contract/amount-field.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { nameField, reasonField } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { dayField } from './fields.ts';
import { describeGrant, grantSchema } from './schemas.ts';

const bodySchema = z
  .strictObject({
    amount: amountField('USD, above zero'),
    validFrom: dayField('First day of its validity', '2026-11-01'),
    expiresOn: dayField('The day after the last one; never when not given or null', '2027-11-01')
      .nullable()
      .default(null),
    reason: reasonField.meta({ description: 'Why; the account sees it' }),
    reference: nameField(
      'Your reference. A request repeated with it grants nothing twice; the reference of a ' +
        'revoked grant cannot be used again',
      'invoice-2026-117',
    )
      .nullable()
      .default(null),
  })
  .superRefine(({ validFrom, expiresOn }, context) => {
    if (expiresOn === null || expiresOn > validFrom) return;
    const message = 'expected a day after validFrom';
    context.addIssue({ code: 'custom', path: ['expiresOn'], message, params: { code: 'INVALID_TIME' } });
  });

/** `POST /v1/accounts/{id}/grants` */
export function addGrantCredit(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'grantCredit',
    summary: 'Grant an account prepaid credit',
    description: `Statements that are closed from now on draw from it, for months in which it is valid on some day. An
account has at most ${GRANTS_MAX} grants. Send a reference, so that a request that is repeated grants nothing twice.`,
    tags: ['Prepaid grants'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: created('The grant was created', grantSchema, 'GRANT_EXISTS', 'GRANT_REVOKED', 'TOO_MANY_GRANTS'),
  };
  app.post(
    '/v1/accounts/:id/grants',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const wanted = { accountOwnerId: request.params.id, ...request.body };
      const { isCreated, value } = await grantCredit(pool, changeOf(request), wanted);
      return reply.code(isCreated ? 201 : 200).send(describeGrant(value, formatUsageDay(usageDayOf(now()))));
    },
  );
}
