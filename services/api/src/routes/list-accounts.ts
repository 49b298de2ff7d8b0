import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../billing.ts';
import { accountsOf } from '../callers/access.ts';
import { CURRENCY, creditsSchema, currencySchema, exactSchema, moneySchema } from '../contract/amounts.ts';
import { freshnessSchema } from '../contract/freshness.ts';
import { limitSchema, monthOf, monthSchema, parameter, searchSchema } from '../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES } from '../contract/problems.ts';
import { formatAccountsCursor, parseAccountsCursor } from './accounts-cursor.ts';

/** 1,000 accounts are 200 kB of JSON; more belongs on another page. */
const ACCOUNTS_MAX = 1_000;

const ACCOUNTS_DEFAULT = 100;

const querySchema = z.strictObject({
  month: monthSchema.optional(),
  q: searchSchema("Part of the owner's id, name or e-mail address, in upper or lower case", 'ada@').optional(),
  cursor: parameter({
    parse: parseAccountsCursor,
    code: 'INVALID_CURSOR',
    expected: 'expected the nextCursor of a page of this list',
    describedAs: {
      description: 'Where the page begins: `nextCursor` of the page before, with the same month and q',
    },
  }).optional(),
  limit: limitSchema({ most: ACCOUNTS_MAX, standard: ACCOUNTS_DEFAULT }),
});

const accountSchema = z
  .object({
    id: z.string().meta({ description: "The account owner's user id", examples: ['auth0|507f1f77'] }),
    name: z
      .string()
      .nullable()
      .meta({ examples: ['Ada Lovelace'] }),
    email: z
      .string()
      .nullable()
      .meta({ examples: ['ada@example.com'] }),
    memberCount: z
      .int()
      .min(0)
      .meta({ description: 'Members whom the owner has now, without the owner', examples: [4] }),
    total: moneySchema,
    totalExact: exactSchema,
    credits: creditsSchema,
  })
  .meta({ id: 'Account', description: 'An account and what its month costs' });

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
    accounts: z.array(accountSchema),
    nextCursor: z.string().optional().meta({ description: 'Ask with it for the next page; the last page has none' }),
    freshness: freshnessSchema,
  })
  .meta({ id: 'Accounts' });

const description = `The accounts of a month: every owner, and whoever had usage billed to them in it. Sorted by exact
total, the largest first, then by id. An account owner sees their own account only.

Each \`total\` is what the account's usage costs at list prices: its exact total, rounded once, half away from zero, by
itself. What tiers, packages and included quantities make of the month is told on its statement. The
\`total\` of the list is the sum of those, so it is what all pages add up to, and it can differ by some cents from the
rounded sum of the exact totals. \`credits\` is the same exact total at what one credit of the account's rate card costs on
the last day of the month, rounded once to 4 decimals; those of the list are the sum of those of the accounts.

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
    const { limit, cursor, q } = query;
    const { month, from, to } = query.month ?? monthOf(formatUsageDay(usageDayOf(now())).slice(0, 7));
    const freshness = await billing.readFreshness();
    // One more than asked for tells whether there is a next page.
    const search = q === '' ? undefined : q;
    const accountsSeen = accountsOf(caller);
    const ownerId = accountsSeen === 'all' ? undefined : accountsSeen.id;
    const page = await billing.listAccounts({ from, to, ownerId, search, after: cursor, limit: limit + 1 });
    const accounts = page.accounts.slice(0, limit);
    const last = page.accounts.length > limit ? accounts.at(-1) : undefined;
    return {
      month,
      currency: CURRENCY,
      total: page.overallTotal,
      credits: page.overallCredits,
      accounts,
      ...(last === undefined ? {} : { nextCursor: formatAccountsCursor(last) }),
      freshness,
    };
  });
}
