import { TOTALS_GROUPINGS, type TotalsGrouping } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, parseQuantity, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { CURRENCY } from '../../contract/amounts.ts';
import { accountIdSchema, checkRange, rangeShape, usageFilterShape } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeTotals, GROUPS_MAX, groupBySchema, totalsShape } from '../totals/totals.ts';

/** What an account's totals can be grouped by. */
export const GROUPINGS = TOTALS_GROUPINGS.filter((grouping) => grouping !== 'account');

const querySchema = z
  .strictObject({ ...rangeShape, groupBy: groupBySchema(GROUPINGS), ...usageFilterShape })
  .superRefine((query, context) => checkRange(query, context));

const answerSchema = z
  .object({ accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }), ...totalsShape })
  .meta({ id: 'AccountTotals' });

const description = `What an account's usage costs at list prices from \`from\` up to, but not including, \`to\`. What
tiers, packages and included quantities make of a whole month is told on its statement. With \`user\`, \`project\`,
\`cluster\` or \`meter\` only that part of it, as if there were nothing else.

\`total\` is the exact total rounded once, half away from zero. The groups get their cents by largest remainder, so
their \`cost\` adds up to \`total\` to the cent and their \`costExact\` to \`totalExact\` to the last digit, whatever
they are grouped by; each is less than a cent away from its exact cost. \`credits\` is the same cost at what one credit
of the account's rate card costs on the last day before \`to\`, to 4 decimals; those of the groups add up too. An answer
holds at most ${GROUPS_MAX} groups.`;

export type ReadAccountTotalsDeps = { readonly billing: Billing };

/** `GET /v1/accounts/{id}/totals` */
export function addReadAccountTotals(app: HttpApp, { billing }: ReadAccountTotalsDeps): void {
  const schema = {
    operationId: 'readAccountTotals',
    summary: "Read an account's totals over some days",
    description,
    tags: ['Billing'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: querySchema,
    response: { ...answer('The totals', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/totals', { schema, config: { access: 'own-account' } }, async ({ params, query }) => {
    const from = formatUsageDay(query.from);
    const to = formatUsageDay(query.to);
    const groupBy = query.groupBy ?? new Set<TotalsGrouping>();
    const { user: userId, project: projectId, cluster: clusterId, meter } = query;
    const filter = { from, to, accountOwnerId: params.id, userId, projectId, clusterId, meter };
    const freshness = await billing.readFreshness();
    const [isKnown, creditUsd, rows] = await Promise.all([
      billing.hasAccount(params.id),
      billing.readCreditUsd(params.id, formatUsageDay(query.to - 1)),
      billing.readTotals({ ...filter, groupBy, groupsMax: GROUPS_MAX + 1 }),
    ]);
    if (!isKnown) throw new RequestError('NOT_FOUND', 'no such account');
    const totals = describeTotals(rows, groupBy, parseQuantity(creditUsd));
    return { accountOwnerId: params.id, from, to, currency: CURRENCY, ...totals, freshness };
  });
}
