import { type AccountTotalsRow, GROUPINGS, type Grouping } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import {
  allocateCents,
  allocateCredits,
  formatUsageDay,
  parseQuantity,
  type Quantity,
  RequestError,
} from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../billing.ts';
import {
  CURRENCY,
  creditsSchema,
  currencySchema,
  exactSchema,
  formatCents,
  formatCredits,
  formatExact,
  moneySchema,
} from '../contract/amounts.ts';
import { freshnessSchema } from '../contract/freshness.ts';
import { ParameterError } from '../contract/parameter-errors.ts';
import { accountIdSchema, daySchema, parameter } from '../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../contract/problems.ts';

/** A year, and a month on each side of it: enough to compare a month with the same one a year ago. */
const RANGE_DAYS_MAX = 400;

/** A month of 100 members by day, user and meter is 18,600 groups, 5 MB of JSON. */
const GROUPS_MAX = 20_000;

const querySchema = z
  .strictObject({
    from: daySchema('First usage day (UTC)', '2026-11-01'),
    to: daySchema(`Usage day after the last one (UTC); at most ${RANGE_DAYS_MAX} days after \`from\``, '2026-12-01'),
    groupBy: parameter({
      parse: parseGroupBy,
      code: 'INVALID_GROUP_BY',
      expected: `expected some of ${GROUPINGS.join(',')}, each once, separated by commas`,
      describedAs: {
        description: `Any of ${GROUPINGS.join(', ')}, separated by commas; without it there is one group`,
        examples: ['day,meter'],
      },
    }).optional(),
  })
  .superRefine(({ from, to }, context) => {
    const days = to - from;
    if (days < 1)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'expected a day after from; to is exclusive',
        params: { code: 'INVALID_RANGE' },
      });
    if (days > RANGE_DAYS_MAX)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: `expected at most ${RANGE_DAYS_MAX} days after from`,
        params: { code: 'RANGE_TOO_LONG' },
      });
  });

const groupSchema = z
  .object({
    key: z
      .object({
        day: z
          .string()
          .optional()
          .meta({ examples: ['2026-11-22'] }),
        user: z
          .string()
          .optional()
          .meta({ examples: ['auth0|507f1f77'] }),
        project: z
          .string()
          .nullable()
          .optional()
          .meta({
            description: "The project's id; null for usage outside of any project",
            examples: ['3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11'],
          }),
        cluster: z
          .string()
          .optional()
          .meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
        meter: z
          .string()
          .optional()
          .meta({ examples: ['cpu_hours'] }),
      })
      .meta({ description: 'What the group is of: the members of `groupBy`' }),
    labels: z
      .object({
        user: z
          .string()
          .optional()
          .meta({ description: 'Name, or else e-mail address', examples: ['Ada Lovelace'] }),
        project: z
          .string()
          .optional()
          .meta({ description: 'Namespace', examples: ['fraud-detection'] }),
        cluster: z
          .string()
          .optional()
          .meta({ description: 'Name', examples: ['eu-north-1'] }),
      })
      .optional()
      .meta({ description: 'What people call the ids in `key`, where it is known; for display only' }),
    quantity: exactSchema.optional().meta({
      description: "How much was used, in the meter's unit; only when grouped by meter",
      examples: ['35.245714285714'],
    }),
    cost: moneySchema,
    costExact: exactSchema,
    credits: creditsSchema,
  })
  .meta({ id: 'TotalsGroup' });

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    from: z.string().meta({ examples: ['2026-11-01'] }),
    to: z.string().meta({ description: 'Exclusive', examples: ['2026-12-01'] }),
    currency: currencySchema,
    total: moneySchema,
    totalExact: exactSchema,
    credits: creditsSchema,
    groups: z.array(groupSchema),
    freshness: freshnessSchema,
  })
  .meta({ id: 'AccountTotals' });

const description = `What an account's usage costs at list prices from \`from\` up to, but not including, \`to\`. What tiers,
packages and included quantities make of a whole month is told on its statement.

\`total\` is the exact total rounded once, half away from zero. The groups get their cents by largest remainder, so their
\`cost\` adds up to \`total\` to the cent and their \`costExact\` to \`totalExact\` to the last digit, whatever they are
grouped by; each is less than a cent away from its exact cost. \`credits\` is the same cost at what one credit of the
account's rate card costs on the last day before \`to\`, to 4 decimals; those of the groups add up too. An answer holds at most ${GROUPS_MAX} groups.`;

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
    const groupBy = query.groupBy ?? new Set<Grouping>();
    const freshness = await billing.readFreshness();
    const [isKnown, creditUsd, rows] = await Promise.all([
      billing.hasAccount(params.id),
      billing.readCreditUsd(params.id, formatUsageDay(query.to - 1)),
      billing.readAccountTotals({ accountOwnerId: params.id, from, to, groupBy, groupsMax: GROUPS_MAX + 1 }),
    ]);
    if (!isKnown) throw new RequestError('NOT_FOUND', 'there is no such account');
    if (rows.length > GROUPS_MAX) throw tooManyGroups();
    const groups = describeGroups(rows, groupBy, parseQuantity(creditUsd));
    return { accountOwnerId: params.id, from, to, currency: CURRENCY, ...groups, freshness };
  });
}

type Group = z.input<typeof groupSchema>;

function describeGroups(rows: readonly AccountTotalsRow[], groupBy: ReadonlySet<Grouping>, creditUsd: Quantity) {
  const keys = rows.map((row) => keyOf(row, groupBy));
  const parts = rows.map(({ cost }, place) => ({ key: JSON.stringify(keys[place]), exact: parseQuantity(cost) }));
  const allocation = allocateCents(parts);
  const credits = allocateCredits(parts, creditUsd);
  const groups = rows.map((row, place): Group => {
    const labels = labelsOf(row);
    return {
      key: keys[place] ?? {},
      ...(labels === undefined ? {} : { labels }),
      ...(groupBy.has('meter') ? { quantity: row.quantity } : {}),
      cost: formatCents(allocation.parts[place]?.cents ?? 0n),
      costExact: row.cost,
      credits: formatCredits(credits.shares[place] ?? 0n),
    };
  });
  const totalExact = parts.reduce((sum, { exact }) => sum + exact, 0n);
  return {
    total: formatCents(allocation.total),
    totalExact: formatExact(totalExact),
    credits: formatCredits(credits.total),
    groups,
  };
}

function keyOf(row: AccountTotalsRow, groupBy: ReadonlySet<Grouping>): Group['key'] {
  const { day, userId, projectId, clusterId, meter } = row;
  return {
    ...(day === null ? {} : { day }),
    ...(userId === null ? {} : { user: userId }),
    ...(groupBy.has('project') ? { project: projectId } : {}),
    ...(clusterId === null ? {} : { cluster: clusterId }),
    ...(meter === null ? {} : { meter }),
  };
}

function labelsOf({ userName, projectNamespace, clusterName }: AccountTotalsRow): Group['labels'] {
  if (userName === null && projectNamespace === null && clusterName === null) return undefined;
  return {
    ...(userName === null ? {} : { user: userName }),
    ...(projectNamespace === null ? {} : { project: projectNamespace }),
    ...(clusterName === null ? {} : { cluster: clusterName }),
  };
}

function parseGroupBy(text: string): ReadonlySet<Grouping> | undefined {
  const names = text.split(',');
  const groupBy = new Set(GROUPINGS.filter((grouping) => names.includes(grouping)));
  // Unknown and repeated names alike are names beyond those that were found.
  return groupBy.size === names.length ? groupBy : undefined;
}

function tooManyGroups(): ParameterError {
  const detail = `more than ${GROUPS_MAX} groups; ask for fewer days or group by less`;
  return new ParameterError([{ parameter: 'groupBy', code: 'TOO_MANY_GROUPS', detail }]);
}
