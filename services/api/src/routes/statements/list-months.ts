import { listMonths } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { CURRENCY, currencySchema, moneySchema } from '../../contract/amounts.ts';
import { listed } from '../../contract/change-responses.ts';
import { monthText } from '../../contract/month.ts';
import type { StatementsDeps } from './statements-deps.ts';

const monthSchema = z
  .object({
    month: monthText,
    isEnded: z.boolean().meta({ description: 'Whether it can be closed' }),
    accountCount: z
      .int()
      .min(1)
      .meta({ examples: [120], description: 'Accounts with something booked or closed in it' }),
    closedCount: z
      .int()
      .min(0)
      .meta({ examples: [97], description: 'Those of them for which it is closed' }),
    total: moneySchema.meta({
      description: 'Of statements and, where there is none yet, of what is booked at list prices',
    }),
  })
  .meta({ id: 'Month' });

const answerSchema = z.object({ currency: currencySchema, months: z.array(monthSchema) }).meta({ id: 'Months' });

/** `GET /v1/months` */
export function addListMonths(app: HttpApp, { pool }: StatementsDeps): void {
  const schema = {
    operationId: 'listMonths',
    summary: 'List months, and how far closing them is',
    description: 'The newest first, at most 36.',
    tags: ['Statements'],
    querystring: z.strictObject({}),
    response: listed('The months', answerSchema),
  };
  app.get('/v1/months', { schema, config: { access: 'staff' } }, async () => ({
    currency: CURRENCY,
    months: [...(await listMonths(pool))],
  }));
}
