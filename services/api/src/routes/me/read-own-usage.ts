import { type OwnUsageRow, type Pool, readOwnUsage, type TotalsGrouping } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { exactQuantitySchema, exactSchema } from '../../contract/amounts.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { checkRange, rangeShape } from '../../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { GROUPS_MAX, groupBySchema, tooManyGroups } from '../totals/totals.ts';

const GROUPINGS = ['day', 'project', 'meter', 'cluster'] as const satisfies readonly TotalsGrouping[];

const querySchema = z
  .strictObject({ ...rangeShape, groupBy: groupBySchema(GROUPINGS) })
  .superRefine((query, context) => checkRange(query, context));

const text = (description: string, example: string) => z.string().meta({ description, examples: [example] });

const groupSchema = z
  .object({
    key: z.object({
      day: text('UTC day of the usage', '2026-11-22').optional(),
      project: text('Project; null outside of any', '3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11').nullable().optional(),
      meter: text('Meter', 'cpu_hours'),
      cluster: text('Cluster', '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10').optional(),
    }),
    labels: z
      .object({
        project: text('Namespace', 'fraud-detection').optional(),
        cluster: text('Name', 'eu-north-1').optional(),
      })
      .meta({ description: 'What people call the ids in `key`; for display only' }),
    quantity: exactSchema.meta({
      description: "How much was used, in the meter's unit",
      examples: ['35.245714285714'],
    }),
    quantityExact: exactQuantitySchema,
  })
  .meta({ id: 'OwnUsageGroup' });

const answerSchema = z
  .object({
    userId: z
      .string()
      .nullable()
      .meta({ description: "The caller's user id; null for the service role key", examples: ['auth0|507f1f78'] }),
    from: z.string().meta({ examples: ['2026-11-01'] }),
    to: z.string().meta({ description: 'Exclusive', examples: ['2026-12-01'] }),
    groups: z.array(groupSchema),
    freshness: freshnessSchema,
  })
  .meta({ id: 'OwnUsage' });

const description = `How much the caller used themselves, whoever pays for it: quantities, never a price or a cost. It
is grouped by meter whether \`groupBy\` says so or not, because quantities of different meters cannot be added up. Usage
counts on the UTC day on which it happened, also where a closed month has it billed later; groups that come to nothing
are left out. An answer holds at most ${GROUPS_MAX} groups.`;

export type ReadOwnUsageDeps = { readonly billing: Billing; readonly pool: Pool };

/** `GET /v1/me/usage` */
export function addReadOwnUsage(app: HttpApp, { billing, pool }: ReadOwnUsageDeps): void {
  const schema = {
    operationId: 'readOwnUsage',
    summary: 'Read how much the caller used',
    description,
    tags: ['People'],
    querystring: querySchema,
    response: { ...answer('The quantities', answerSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/me/usage', { schema, config: { access: 'person' } }, async ({ query, caller }) => {
    const from = formatUsageDay(query.from);
    const to = formatUsageDay(query.to);
    const groupBy = query.groupBy ?? new Set<TotalsGrouping>();
    const freshness = await billing.readFreshness();
    if (caller.kind === 'service_role') return { userId: null, from, to, groups: [], freshness };
    const { userId } = caller;
    const rows = await readOwnUsage(pool, { userId, from, to, groupBy, groupsMax: GROUPS_MAX + 1 });
    if (rows.length > GROUPS_MAX) throw tooManyGroups();
    return { userId, from, to, groups: rows.map((row) => describeGroup(row, groupBy)), freshness };
  });
}

function describeGroup(row: OwnUsageRow, groupBy: ReadonlySet<TotalsGrouping>): z.input<typeof groupSchema> {
  const { day, projectId, clusterId, meter, quantity, quantityExact, projectNamespace, clusterName } = row;
  return {
    key: {
      ...(day === null ? {} : { day }),
      ...(groupBy.has('project') ? { project: projectId } : {}),
      meter,
      ...(clusterId === null ? {} : { cluster: clusterId }),
    },
    labels: {
      ...(projectNamespace === null ? {} : { project: projectNamespace }),
      ...(clusterName === null ? {} : { cluster: clusterName }),
    },
    quantity,
    quantityExact,
  };
}
