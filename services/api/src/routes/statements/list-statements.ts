import { listStatements } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { CURRENCY, currencySchema } from '../../contract/amounts.ts';
import { parseMonth } from '../../contract/month.ts';
import { createPageCursor, nextCursorSchema } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeSummary, summaryShape } from './schemas.ts';
import type { StatementsDeps } from './statements-deps.ts';

/** Ten years and one: two years are what a page shows. */
const STATEMENTS_MAX = 120;
const STATEMENTS_DEFAULT = 24;

const pages = createPageCursor(z.object({ month: z.string().regex(/^2\d{3}-(?:0[1-9]|1[0-2])$/) }));

const querySchema = z.strictObject({
  cursor: pages.parameter,
  limit: limitSchema({ most: STATEMENTS_MAX, standard: STATEMENTS_DEFAULT }),
});

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    currency: currencySchema,
    statements: z.array(z.object(summaryShape).meta({ id: 'StatementSummary' })),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'Statements' });

const description = `The newest first. The first page begins with a draft: the month that is closed next, as it would be
billed now. An account that never used anything has none.`;

/** `GET /v1/accounts/{id}/statements` */
export function addListStatements(app: HttpApp, { pool }: StatementsDeps): void {
  const schema = {
    operationId: 'listStatements',
    summary: "List an account's statements",
    description,
    tags: ['Statements'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: querySchema,
    response: { ...answer('A page of statements', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/statements', { schema, config: { access: 'own-account' } }, async ({ params, query }) => {
    const before = query.cursor === undefined ? undefined : parseMonth(query.cursor.month);
    const page = await listStatements(pool, { accountOwnerId: params.id, before, limit: query.limit + 1 });
    if (page === undefined) throw new RequestError('NOT_FOUND', 'no such account');
    const { rows, next } = pages.pageOf(page.statements, query.limit, ({ month }) => ({
      month: formatUsageMonth(month),
    }));
    const drafts = page.draft === undefined ? [] : [page.draft];
    return {
      accountOwnerId: params.id,
      currency: CURRENCY,
      statements: [...drafts, ...rows].map(describeSummary),
      ...next,
    };
  });
}
