import { setSpendingCap } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { amountField } from '../../contract/amount-field.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { capSchema, describeCap } from './read-cap.ts';

/** `PUT /v1/accounts/{id}/cap` */
export function addSetCap(app: HttpApp, { pool, now }: AlertsDeps): void {
  const schema = {
    operationId: 'setSpendingCap',
    summary: "Set an account's monthly spending cap",
    description: 'Alerts are raised at 80, 90 and 100 % of it; nothing is stopped. Sent again it changes nothing.',
    tags: ['Spending caps and alerts'],
    params: z.strictObject({ id: accountIdSchema }),
    body: z.strictObject({ amount: amountField('USD a month, above zero') }),
    response: changed('The cap', capSchema),
  };
  app.put(
    '/v1/accounts/:id/cap',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { id } = request.params;
      await setSpendingCap(pool, changeOf(request), id, request.body.amount);
      return describeCap(pool, id, now());
    },
  );
}
