import { ACCOUNTS_SORTS, type AccountsSort } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import { CURRENCY, creditsSchema, currencySchema, moneySchema } from '../../contract/amounts.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { nextCursorSchema } from '../../contract/page-cursor.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { limitSchema, monthOf, monthSchema, parameter, searchSchema } from '../../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { accountShape, describeAccount, PREVIOUS, PROJECTED, SAME_PERIOD } from './account-shape.ts';
import { accountsCursor } from './accounts-cursor.ts';
import { accountsPeriodOf } from './accounts-period.ts';

/** 1,000 accounts are 200 kB of JSON; more belongs on another page. */
const ACCOUNTS_MAX = 1_000;

const ACCOUNTS_DEFAULT = 100;

const SORT_DEFAULT = '-total' satisfies AccountsSort;

const querySchema = z.strictObject({
  month: monthSchema.optional(),
  q: searchSchema("Part of the owner's id, name or e-mail address, in upper or lower case", 'ada@').optional(),
  sort: parameter({
    parse: (text) => ACCOUNTS_SORTS.find((sort) => sort === text),
    code: 'INVALID_SORT',
    expected: `expected one of ${ACCOUNTS_SORTS.join(', ')}`,
    describedAs: {
      description: 'What the accounts are ordered by, then by id; with `-` the largest first',
      enum: [...ACCOUNTS_SORTS],
      default: SORT_DEFAULT,
    },
  }).default(SORT_DEFAULT),
  cursor: accountsCursor.parameter,
  limit: limitSchema({ most: ACCOUNTS_MAX, standard: ACCOUNTS_DEFAULT }),
});

const answerSchema = z
  .object({
    month: z.string().meta({ examples: ['2026-11'] }),
    currency: currencySchema,
    total: moneySchema.meta({
      description: 'Sum of the totals of all accounts that match `q`, on whatever page they are',
      examples: ['1234.56'],
    }),
    credits: creditsSchema.meta({
      description: 'Sum of the credits of all accounts that match `q`, on whatever page they are',
      examples: ['3527.3143'],
    }),
    previous: z.object({ total: moneySchema }).meta({ description: `${PREVIOUS}: sum over the accounts that match` }),
    samePeriod: z
      .object({ total: moneySchema })
      .meta({ description: `${SAME_PERIOD}. Sum over the accounts that match` }),
    projected: z
      .object({ total: moneySchema })
      .nullable()
      .meta({ description: `${PROJECTED}. Sum over the accounts that match` }),
    accounts: z.array(
      z.object(accountShape).meta({ id: 'Account', description: 'An account and what its month costs' }),
    ),
    nextCursor: nextCursorSchema,
    freshness: freshnessSchema,
  })
  .meta({ id: 'Accounts' });

const description = `The accounts of a month: every owner, and whoever had usage billed to them in it. Sorted by
\`sort\`, by the exact total and the largest first when it is not given, then by id; names without regard to case, an
account without one by its e-mail address or id. An account owner sees their own account only.

Each \`total\` is what the account's usage costs at list prices: its exact total, rounded once, half away from zero, by
itself. What tiers, packages and included quantities make of the month is told on its statement. The
\`total\` of the list is the sum of those, so it is what all pages add up to, and it can differ by some cents from the
rounded sum of the exact totals. \`credits\` is the same exact total at what one credit of the account's rate card costs
on the last day of the month, rounded once to 4 decimals; those of the list are the sum of those of the accounts.

\`projected\` is what the whole days (UTC) that have passed cost, divided by their number, times the days of the month,
rounded once, half away from zero, and never less than \`total\`. Of a month that is over it is \`total\`. It is a
straight line: what is booked once, such as an adjustment, is taken for something that goes on.

A page begins after the account where the page before ended. While usage of the month still arrives, an account whose
total moves past that place between two requests can be missed or come twice; take up to ${ACCOUNTS_MAX} at once where
that matters.`;

export type ListAccountsDeps = { readonly billing: Billing; readonly now: () => Micros };

/** `GET /v1/accounts` */
export function addListAccounts(app: HttpApp, { billing, now }: ListAccountsDeps): void {
  const schema = {
    operationId: 'listAccounts',
    summary: "List accounts with a month's totals",
    description,
    tags: ['Billing'],
    querystring: querySchema,
    response: { ...answer('A page of accounts', answerSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts', { schema, config: { access: 'any-owner' } }, async ({ query, caller }) => {
    const { limit, cursor, q, sort } = query;
    if (cursor !== undefined && cursor.sort !== sort) throw otherSort();
    const today = usageDayOf(now());
    const shown = query.month ?? monthOf(formatUsageDay(today).slice(0, 7));
    const freshness = await billing.readFreshness();
    const search = q === '' ? undefined : q;
    const accountsSeen = accountsOf(caller);
    const page = await billing.listAccounts({
      from: shown.from,
      to: shown.to,
      ...accountsPeriodOf(shown, today),
      ownerId: accountsSeen === 'all' ? undefined : accountsSeen.id,
      search,
      sort,
      after: cursor,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
    });
    const { rows, next } = accountsCursor.pageOf(page.accounts, limit, ({ sortKey, id }) => ({
      sort,
      key: sortKey,
      id,
    }));
    return {
      month: shown.month,
      currency: CURRENCY,
      total: page.overallTotal,
      credits: page.overallCredits,
      previous: { total: page.overallPrevious },
      samePeriod: { total: page.overallSamePeriod },
      projected: page.overallProjected === null ? null : { total: page.overallProjected },
      accounts: rows.map(describeAccount),
      ...next,
      freshness,
    };
  });
}

function otherSort(): ParameterError {
  const detail = 'expected the cursor of a list with the same sort';
  return new ParameterError([{ parameter: 'cursor', code: 'INVALID_CURSOR', detail }]);
}
