import { removeSpendingCap } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import type { AlertsDeps } from './alerts-deps.ts';

const answerSchema = z
  .object({ removed: z.boolean().meta({ description: 'False when there was none' }) })
  .meta({ id: 'SpendingCapRemoval' });

/** `DELETE /v1/accounts/{id}/cap` */
export function addRemoveCap(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'removeSpendingCap',
    summary: "Remove an account's spending cap",
    description: 'Alerts already raised stay. Sent again it changes nothing.',
    tags: ['Spending caps and alerts'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({}),
    response: changed('Whether there was one', answerSchema),
  };
  app.delete('/v1/accounts/:id/cap', { schema, config: { access: 'admin' } }, async (request) => ({
    removed: await removeSpendingCap(pool, changeOf(request), request.params.id),
  }));
}
