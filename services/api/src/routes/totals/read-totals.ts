import { TOTALS_GROUPINGS, type TotalsGrouping } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, parseQuantity } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { CURRENCY } from '../../contract/amounts.ts';
import { accountFilter, checkRange, rangeShape, usageFilterShape } from '../../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeTotals, GROUPS_MAX, groupBySchema, totalsShape } from './totals.ts';

const querySchema = z
  .strictObject({
    ...rangeShape,
    groupBy: groupBySchema(TOTALS_GROUPINGS),
    account: accountFilter,
    ...usageFilterShape,
  })
  .superRefine((query, context) => checkRange(query, context));

const answerSchema = z.object(totalsShape).meta({ id: 'Totals' });

const description = `What usage of all accounts costs at list prices from \`from\` up to, but not including, \`to\`;
with \`account\`, \`user\`, \`project\`, \`cluster\` or \`meter\` only that part of it, as if there were nothing else.

\`total\` is the exact total rounded once, half away from zero, and the groups get their cents by largest remainder, as
in an account's totals. The list of accounts rounds each account by itself, so its sum can differ by some cents.
\`credits\` is at what one credit of the account's rate card costs on the last day before \`to\`, and without
\`account\` one of the default card. An answer holds at most ${GROUPS_MAX} groups.`;

/** An account without a card of its own: the default's credits. */
const NOBODY = '';

export type ReadTotalsDeps = { readonly billing: Billing };

/** `GET /v1/totals` */
export function addReadTotals(app: HttpApp, { billing }: ReadTotalsDeps): void {
  const schema = {
    operationId: 'readTotals',
    summary: 'Read totals over all accounts',
    description,
    tags: ['Billing'],
    querystring: querySchema,
    response: { ...answer('The totals', answerSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/totals', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const from = formatUsageDay(query.from);
    const to = formatUsageDay(query.to);
    const groupBy = query.groupBy ?? new Set<TotalsGrouping>();
    const { account: accountOwnerId, user: userId, project: projectId, cluster: clusterId, meter } = query;
    const filter = { from, to, accountOwnerId, userId, projectId, clusterId, meter };
    const freshness = await billing.readFreshness();
    const [creditUsd, rows] = await Promise.all([
      billing.readCreditUsd(accountOwnerId ?? NOBODY, formatUsageDay(query.to - 1)),
      billing.readTotals({ ...filter, groupBy, groupsMax: GROUPS_MAX + 1 }),
    ]);
    const totals = describeTotals(rows, groupBy, parseQuantity(creditUsd));
    return { from, to, currency: CURRENCY, ...totals, freshness };
  });
}
