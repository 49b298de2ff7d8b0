import { type Pool, revokeGrant } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { reasonField, systemIdSchema } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { describeGrant, grantSchema } from './schemas.ts';

/** `POST /v1/accounts/{id}/grants/{grantId}/revoke` */
export function addRevokeGrant(app: HttpApp, pool: Pool, now: () => Micros): void {
  const schema = {
    operationId: 'revokeGrant',
    summary: 'Revoke a mistaken grant',
    description: 'Nothing draws from it any more. What was drawn stays drawn. Sent again it changes nothing.',
    tags: ['Prepaid grants'],
    params: z.strictObject({ id: accountIdSchema, grantId: systemIdSchema("The grant's id") }),
    body: z.strictObject({ reason: reasonField.meta({ description: 'Why; the account sees it' }) }),
    response: changed('The grant as it is now', grantSchema),
  };
  app.post(
    '/v1/accounts/:id/grants/:grantId/revoke',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { id: accountOwnerId, grantId } = request.params;
      const wanted = { accountOwnerId, grantId, reason: request.body.reason };
      const grant = await revokeGrant(pool, changeOf(request), wanted);
      return describeGrant(grant, formatUsageDay(usageDayOf(now())));
    },
  );
}
