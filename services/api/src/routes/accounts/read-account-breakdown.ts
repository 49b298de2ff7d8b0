import type { TotalsGrouping, TotalsRow } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, groupBy, parseQuantity, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { CURRENCY, formatExact } from '../../contract/amounts.ts';
import { accountIdSchema, checkRange, parameter, rangeShape } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeTotals, GROUPS_MAX, totalsShape } from '../totals/totals.ts';

const WAYS = ['user', 'project', 'cluster'] as const satisfies readonly TotalsGrouping[];

const querySchema = z
  .strictObject({
    ...rangeShape,
    by: parameter({
      parse: (text) => WAYS.find((way) => way === text),
      code: 'INVALID_GROUP_BY',
      expected: `expected one of ${WAYS.join(', ')}`,
      describedAs: { description: 'What the rows of the table are', enum: [...WAYS] },
    }),
  })
  .superRefine((query, context) => checkRange(query, context));

const { groups, freshness: freshnessSchema, ...sumsShape } = totalsShape;

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    ...sumsShape,
    parts: groups.meta({ description: 'The total by `by`: the sums of the rows' }),
    meters: groups.meta({ description: 'The total by meter: the sums of the columns' }),
    cells: groups.meta({ description: 'The total by `by` and meter, with quantities' }),
    freshness: freshnessSchema,
  })
  .meta({ id: 'AccountBreakdown' });

const description = `A table of what an account's usage costs at list prices: a row for each member, project or cluster,
a column for each meter, and their sums, as of one moment. \`parts\`, \`meters\` and \`cells\` are what the account's
totals are by \`by\`, by meter and by both: each adds up to \`total\` to the cent. The cents of a row's cells need not
add up to the row's, because each of the three gets its cents by largest remainder; their exact costs do.`;

export type ReadAccountBreakdownDeps = { readonly billing: Billing };

/** `GET /v1/accounts/{id}/breakdown` */
export function addReadAccountBreakdown(app: HttpApp, { billing }: ReadAccountBreakdownDeps): void {
  const schema = {
    operationId: 'readAccountBreakdown',
    summary: "Read an account's totals as a table of members, projects or clusters by meter",
    description,
    tags: ['Billing'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: querySchema,
    response: { ...answer('The table', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/breakdown', { schema, config: { access: 'own-account' } }, async ({ params, query }) => {
    const from = formatUsageDay(query.from);
    const to = formatUsageDay(query.to);
    const groupings = new Set<TotalsGrouping>([query.by, 'meter']);
    const freshness = await billing.readFreshness();
    const [isKnown, creditUsd, rows] = await Promise.all([
      billing.hasAccount(params.id),
      billing.readCreditUsd(params.id, formatUsageDay(query.to - 1)),
      billing.readTotals({ from, to, accountOwnerId: params.id, groupBy: groupings, groupsMax: GROUPS_MAX + 1 }),
    ]);
    if (!isKnown) throw new RequestError('NOT_FOUND', 'no such account');
    const divide = (divided: readonly TotalsRow[], ...by: TotalsGrouping[]) =>
      describeTotals(divided, new Set(by), parseQuantity(creditUsd));
    const { groups: cells, ...sums } = divide(rows, query.by, 'meter');
    return {
      accountOwnerId: params.id,
      from,
      to,
      currency: CURRENCY,
      ...sums,
      parts: divide(addUp(rows, query.by), query.by).groups,
      meters: divide(addUp(rows, 'meter'), 'meter').groups,
      cells,
      freshness,
    };
  });
}

const KEYS = {
  day: 'day',
  account: 'accountOwnerId',
  user: 'userId',
  project: 'projectId',
  cluster: 'clusterId',
  meter: 'meter',
} as const satisfies Record<TotalsGrouping, keyof TotalsRow>;

const NAMELESS = { userName: null, projectNamespace: null, isProjectReported: null, clusterName: null } as const;

/** Adds up the costs of rows that have one key in common. Quantities are of different meters, or not asked for. */
function addUp(rows: readonly TotalsRow[], by: TotalsGrouping): TotalsRow[] {
  const sums = groupBy(rows, (row) => row[KEYS[by]] ?? '');
  return [...sums.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const cost = others.reduce((sum, row) => sum + parseQuantity(row.cost), parseQuantity(first.cost));
    return [
      {
        ...first,
        ...(by === 'meter' ? NAMELESS : {}),
        quantity: null,
        quantityExact: null,
        cost: formatExact(cost),
      },
    ];
  });
}
