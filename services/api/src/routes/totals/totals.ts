import { TOTALS_GROUPINGS, type TotalsGrouping, type TotalsRow } from '@hopsmeter/db';
import { allocateCents, allocateCredits, parseQuantity, type Quantity } from '@hopsmeter/usage';
import { z } from 'zod';
import {
  creditsSchema,
  currencySchema,
  exactSchema,
  formatCents,
  formatCredits,
  formatExact,
  moneySchema,
} from '../../contract/amounts.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { parameter } from '../../contract/parameters.ts';

/** What totals over all accounts and totals of one share: how they are asked for, and how parts get their cents. */

/** A month of 100 members by day, user and meter is 18,600 groups, 5 MB of JSON. */
export const GROUPS_MAX = 20_000;

/** What totals are grouped by. */
export function groupBySchema(groupings: readonly TotalsGrouping[]) {
  return parameter({
    parse: (text): ReadonlySet<TotalsGrouping> | undefined => {
      const names = text.split(',');
      const groupBy = new Set(groupings.filter((grouping) => names.includes(grouping)));
      // Unknown and repeated names alike are names beyond those that were found.
      return groupBy.size === names.length ? groupBy : undefined;
    },
    code: 'INVALID_GROUP_BY',
    expected: `expected some of ${groupings.join(',')}, each once, separated by commas`,
    describedAs: {
      description: `Any of ${groupings.join(', ')}, separated by commas; without it there is one group`,
      examples: ['day,meter'],
    },
  }).optional();
}

const idText = (example: string) =>
  z
    .string()
    .optional()
    .meta({ examples: [example] });

const groupSchema = z
  .object({
    key: z
      .object({
        day: idText('2026-11-22'),
        account: idText('auth0|507f1f77').meta({
          description: "The account owner's user id; in totals over all accounts only",
        }),
        user: idText('auth0|507f1f77'),
        project: z
          .string()
          .nullable()
          .optional()
          .meta({
            description: "The project's id; null for usage outside of any project",
            examples: ['3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11'],
          }),
        cluster: idText('8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'),
        meter: idText('cpu_hours'),
      })
      .meta({ description: 'What the group is of: the members of `groupBy`' }),
    labels: z
      .object({
        account: idText('Ada Lovelace').meta({ description: "The owner's name, or else e-mail address" }),
        user: idText('Ada Lovelace').meta({ description: 'Name, or else e-mail address' }),
        project: idText('fraud-detection').meta({ description: 'Namespace' }),
        cluster: idText('eu-north-1').meta({ description: 'Name' }),
      })
      .optional()
      .meta({ description: 'What people call the ids in `key`, where it is known; for display only' }),
    isReported: z
      .boolean()
      .optional()
      .meta({
        description: 'Of a project: whether it is as its cluster reports it, and was not entered or changed here',
        examples: [true],
      }),
    quantity: exactSchema.optional().meta({
      description: "How much was used, in the meter's unit; only when grouped by meter",
      examples: ['35.245714285714'],
    }),
    cost: moneySchema,
    costExact: exactSchema,
    credits: creditsSchema,
  })
  .meta({ id: 'TotalsGroup' });

/** The fields of an answer, beside whose totals they are. */
export const totalsShape = {
  from: z.string().meta({ examples: ['2026-11-01'] }),
  to: z.string().meta({ description: 'Exclusive', examples: ['2026-12-01'] }),
  currency: currencySchema,
  total: moneySchema,
  totalExact: exactSchema,
  credits: creditsSchema,
  groups: z.array(groupSchema),
  freshness: freshnessSchema,
};

type Group = z.input<typeof groupSchema>;

/**
 * Adds rows up, and gives each of them its cents and credits by largest remainder.
 *
 * @param creditUsd what one credit costs.
 * @throws ParameterError TOO_MANY_GROUPS beyond {@link GROUPS_MAX} rows.
 */
export function describeTotals(rows: readonly TotalsRow[], groupBy: ReadonlySet<TotalsGrouping>, creditUsd: Quantity) {
  if (rows.length > GROUPS_MAX) throw tooManyGroups();
  const keys = rows.map((row) => keyOf(row, groupBy));
  const parts = rows.map(({ cost }, place) => ({ key: JSON.stringify(keys[place]), exact: parseQuantity(cost) }));
  const allocation = allocateCents(parts);
  const credits = allocateCredits(parts, creditUsd);
  const groups = rows.map((row, place): Group => {
    const labels = labelsOf(row);
    return {
      key: keys[place] ?? {},
      ...(labels === undefined ? {} : { labels }),
      ...(row.isProjectReported === null ? {} : { isReported: row.isProjectReported }),
      ...(row.quantity === null ? {} : { quantity: row.quantity }),
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

function keyOf(row: TotalsRow, groupBy: ReadonlySet<TotalsGrouping>): Group['key'] {
  const values = {
    day: row.day,
    account: row.accountOwnerId,
    user: row.userId,
    project: row.projectId,
    cluster: row.clusterId,
    meter: row.meter,
  };
  const key: Record<string, string | null> = {};
  for (const grouping of TOTALS_GROUPINGS) if (groupBy.has(grouping)) key[grouping] = values[grouping];
  return key;
}

function labelsOf({ accountName, userName, projectNamespace, clusterName }: TotalsRow): Group['labels'] {
  const labels = {
    ...(accountName === null ? {} : { account: accountName }),
    ...(userName === null ? {} : { user: userName }),
    ...(projectNamespace === null ? {} : { project: projectNamespace }),
    ...(clusterName === null ? {} : { cluster: clusterName }),
  };
  return Object.keys(labels).length === 0 ? undefined : labels;
}

/** Of an answer that would hold more than {@link GROUPS_MAX} groups. */
export function tooManyGroups(): ParameterError {
  const detail = `more than ${GROUPS_MAX} groups; ask for fewer days or group by less`;
  return new ParameterError([{ parameter: 'groupBy', code: 'TOO_MANY_GROUPS', detail }]);
}
