import { hasAccount, type Pool, percentOf, readSpendingCap } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth, type Micros, monthOf, RequestError, roundToCents, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import {
  CURRENCY,
  currencySchema,
  exactSchema,
  formatCents,
  formatExact,
  moneySchema,
} from '../../contract/amounts.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { alertSchema, describeAlert } from './schemas.ts';

export const capSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    month: z.string().meta({ description: 'The month that it is now, in UTC', examples: ['2026-11'] }),
    currency: currencySchema,
    cap: moneySchema.nullable().meta({ description: 'Null without one; then everything else is null too' }),
    setAt: z
      .string()
      .nullable()
      .meta({ description: 'When it was set to this amount', examples: ['2026-11-01T09:00:00.000000Z'] }),
    spent: moneySchema.nullable().meta({ description: 'What closing the month now would bill' }),
    spentExact: exactSchema.nullable(),
    percent: z
      .string()
      .nullable()
      .meta({
        description: 'Of the cap; cut after two decimals, so that 100.00 has been reached',
        examples: ['83.21'],
      }),
    alerts: z.array(alertSchema).meta({ description: 'Those of the month, the newest first' }),
  })
  .meta({ id: 'SpendingCap' });

/** `GET /v1/accounts/{id}/cap` */
export function addReadCap(app: HttpApp, { pool, now }: AlertsDeps): void {
  const schema = {
    operationId: 'readSpendingCap',
    summary: "Read an account's spending cap, what is spent of it and the month's alerts",
    description: "All usage of the account counts, its members' included. Without a cap all of it is null.",
    tags: ['Spending caps and alerts'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({}),
    response: { ...answer('The cap', capSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/cap', { schema, config: { access: 'own-account' } }, ({ params }) =>
    describeCap(pool, params.id, now()),
  );
}

/** The cap of an account as {@link capSchema} has it. @throws RequestError NOT_FOUND for an id that is no account */
export async function describeCap(pool: Pool, accountOwnerId: string, now: Micros): Promise<z.input<typeof capSchema>> {
  const month = monthOf(usageDayOf(now));
  const found = await readSpendingCap(pool, accountOwnerId, month);
  const shown = { accountOwnerId, month: formatUsageMonth(month), currency: CURRENCY } as const;
  if (found === undefined) {
    if (!(await hasAccount(pool, accountOwnerId))) throw new RequestError('NOT_FOUND', 'no such account');
    return { ...shown, cap: null, setAt: null, spent: null, spentExact: null, percent: null, alerts: [] };
  }
  const { amount, setAt, spent, alerts } = found;
  return {
    ...shown,
    cap: formatCents(amount),
    setAt,
    spent: formatCents(roundToCents(spent)),
    spentExact: formatExact(spent),
    // Hundredths of a percent are written as cents are.
    percent: formatCents(percentOf(spent, amount)),
    alerts: alerts.map(describeAlert),
  };
}
