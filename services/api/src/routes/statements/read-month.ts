import { ACCOUNT_MONTH_STATES, listMonthAccounts, type MonthAccountRow } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import { CURRENCY, currencySchema, exactSchema, moneySchema } from '../../contract/amounts.ts';
import { listed } from '../../contract/change-responses.ts';
import { monthText } from '../../contract/month.ts';
import { createPageCursor, nextCursorSchema, textPart } from '../../contract/page-cursor.ts';
import { limitSchema } from '../../contract/parameters.ts';
import { monthParams } from './month-params.ts';
import type { StatementsDeps } from './statements-deps.ts';
import { describeWaitingUsage, waitingSchema } from './waiting.ts';

/** A month's table in one answer, for as many accounts as a person can look through. */
const ACCOUNTS_MAX = 1_000;

const pages = createPageCursor(z.object({ id: textPart }));

const accountSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    accountName: z
      .string()
      .nullable()
      .meta({ examples: ['Ada Lovelace'], description: 'Name, or else e-mail address; null where it is not known' }),
    state: z.enum(ACCOUNT_MONTH_STATES).meta({
      description:
        '`closed`: the month, or a later one, has a statement; `running`: it has not ended; `refused`: closing it ' +
        'would be refused now; `ready`: it can be closed; `nothing`: nothing is booked in it',
    }),
    refusal: z
      .object({
        code: z.string().meta({ examples: ['USAGE_WAITING'] }),
        detail: z.string().meta({ examples: ['3 missing hours of east'] }),
      })
      .nullable()
      .meta({ description: 'Why it would be refused; null in other states' }),
    waiting: waitingSchema.nullable().meta({ description: 'What may still change the month; null for nothing' }),
    number: z
      .int()
      .nullable()
      .meta({ examples: [42], description: 'Of its statement; null while there is none' }),
    closedAt: z
      .string()
      .nullable()
      .meta({ examples: ['2026-12-03T09:00:00.000000Z'] }),
    total: moneySchema.meta({
      description:
        "The statement's or, while there is none, what is booked at list prices: without what tiers, packages and " +
        'included units make of it',
    }),
    totalExact: exactSchema,
    previous: z
      .object({ total: moneySchema, totalExact: exactSchema })
      .meta({ description: 'The same of the month before' }),
  })
  .meta({ id: 'AccountMonth' });

const answerSchema = z
  .object({
    month: monthText,
    currency: currencySchema,
    accounts: z.array(accountSchema),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'MonthAccounts' });

/** `GET /v1/months/{month}` */
export function addReadMonth(app: HttpApp, { pool }: StatementsDeps): void {
  const schema = {
    operationId: 'readMonth',
    summary: 'Read where the accounts stand with a month',
    description:
      'Every account with something booked in the month or in the one before it, by id: closed, ready to be closed, ' +
      'or why it would be refused. Nothing is computed but sums; a dry run of closing tells what statements would say.',
    tags: ['Statements'],
    params: monthParams,
    querystring: z.strictObject({
      cursor: pages.parameter,
      limit: limitSchema({ most: ACCOUNTS_MAX, standard: ACCOUNTS_MAX }),
    }),
    response: listed('A page of accounts', answerSchema),
  };
  app.get('/v1/months/:month', { schema, config: { access: 'staff' } }, async ({ params: { month }, query }) => {
    const { cursor, limit } = query;
    const found = await listMonthAccounts(pool, { month, after: cursor?.id, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, ({ accountOwnerId }) => ({ id: accountOwnerId }));
    return { month: formatUsageMonth(month), currency: CURRENCY, accounts: rows.map(describeAccount), ...next };
  });
}

function describeAccount({ refusal, waiting, previous, previousExact, ...account }: MonthAccountRow) {
  return {
    ...account,
    refusal: refusal ?? null,
    waiting: describeWaitingUsage(waiting),
    previous: { total: previous, totalExact: previousExact },
  };
}
