import { COVERAGE_STATES, type CoverageCell, type Pool, readCoverage } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { daySchema } from '../../contract/parameters.ts';

/** Days of a grid: a month of one cluster is 744 cells, which fit a screen. */
const DAYS_MAX = 31;

/** Cells of an answer: two megabytes of JSON. */
const CELLS_MAX = 20_000;

const querySchema = z.strictObject({
  from: daySchema('First day, UTC', '2026-11-01'),
  to: daySchema(`The day after the last; at most ${DAYS_MAX} days after \`from\``, '2026-11-08'),
  clusterId: systemIdSchema('Only this cluster').optional(),
});

const sourceSchema = z
  .object({
    sourcePath: z
      .string()
      .meta({ examples: ['/collector/online-storage'], description: 'What follows the cluster in `source`' }),
    state: z.enum(COVERAGE_STATES).exclude(['complete', 'none']).meta({ description: 'As that of a cell' }),
    reason: z
      .string()
      .nullable()
      .meta({
        examples: ['RonDB did not answer'],
        description: 'Why it is missing, in the words of the cluster; null where it gave no reason',
      }),
  })
  .meta({ id: 'CoverageSource' });

const cellSchema = z
  .object({
    hour: z.string().meta({ examples: ['2026-11-22T13:00:00Z'] }),
    state: z.enum(COVERAGE_STATES).meta({
      description:
        'A source that is expected sent no manifest, or says why not, or the whole cluster, which had reported ' +
        'before, reported nothing, and the hour is two hours past (`missing`); a manifest came after the last ' +
        'comparison (`unchecked`); what was counted is less than the manifests say (`short`) or more (`over`); usage ' +
        'without a manifest (`unreported`); what was counted is what they say (`complete`); neither, and none is ' +
        'expected yet (`none`). Of several sources the worst counts, in this order',
    }),
    counted: z.string().meta({
      examples: ['24'],
      description: 'Events counted; of a manifest longer than an hour, of its whole window',
    }),
    reported: z
      .string()
      .nullable()
      .meta({ examples: ['24'], description: 'Events of the manifests; null without one' }),
    parked: z.string().meta({ examples: ['0'], description: 'Events that wait to be counted' }),
    overlappingUsage: z.string().meta({
      examples: ['0'],
      description:
        'Events counted whose window overlaps that of another one of the same user, project, type and meter: perhaps ' +
        'one fact under several ids',
    }),
    sources: z
      .array(sourceSchema)
      .meta({ description: 'The sources of which not everything is complete, the worst first; at most 20' }),
  })
  .meta({ id: 'CoverageCell' });

const clusterSchema = z
  .object({
    clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
    clusterName: z.string().meta({ examples: ['eu-north-1'] }),
    missingHours: z
      .array(z.string().meta({ examples: ['2026-11-22T13:00:00Z'] }))
      .meta({ description: 'The hours whose state is `missing`' }),
    cells: z.array(cellSchema),
  })
  .meta({ id: 'ClusterCoverage' });

const answerSchema = z
  .object({
    from: z.string().meta({ examples: ['2026-11-01T00:00:00Z'] }),
    to: z.string().meta({ examples: ['2026-12-01T00:00:00Z'] }),
    checkedAt: z
      .string()
      .nullable()
      .meta({
        examples: ['2026-11-22T14:05:00.123456Z'],
        description: 'What was recorded by then is in it; null while a day was never compared',
      }),
    clusters: z.array(clusterSchema),
  })
  .meta({ id: 'Coverage' });

/** `GET /v1/coverage` */
export function addReadCoverage(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readCoverage',
    summary: 'Compare what clusters reported with what was counted, hour by hour',
    description:
      `Every hour that has begun, of every cluster; at most ${CELLS_MAX} cells. Counted is as of the ` +
      'last comparison.',
    tags: ['Reconciliation'],
    querystring: querySchema,
    response: listed('The grid', answerSchema),
  };
  app.get('/v1/coverage', { schema, config: { access: 'staff' } }, async ({ query: { from, to, clusterId } }) => {
    checkRange(from, to);
    const range = { from: formatUsageDay(from), to: formatUsageDay(to) };
    const { checkedAt, cells } = await readCoverage(pool, { ...range, clusterId, cellsMax: CELLS_MAX + 1 });
    if (cells.length > CELLS_MAX)
      throw new ParameterError([
        { parameter: 'to', code: 'TOO_MANY_GROUPS', detail: `expected at most ${CELLS_MAX} cells; ask for fewer days` },
      ]);
    return { ...range, checkedAt, clusters: byCluster(cells) };
  });
}

function checkRange(from: number, to: number): void {
  if (to <= from)
    throw new ParameterError([{ parameter: 'to', code: 'INVALID_RANGE', detail: 'expected a day after `from`' }]);
  if (to - from > DAYS_MAX)
    throw new ParameterError([
      { parameter: 'to', code: 'RANGE_TOO_LONG', detail: `expected at most ${DAYS_MAX} days after \`from\`` },
    ]);
}

/** The cells come cluster by cluster. */
function byCluster(cells: readonly CoverageCell[]): z.infer<typeof clusterSchema>[] {
  const clusters = new Map<string, z.infer<typeof clusterSchema>>();
  for (const { clusterId, clusterName, ...cell } of cells) {
    const cluster = clusters.get(clusterId) ?? { clusterId, clusterName, missingHours: [], cells: [] };
    clusters.set(clusterId, cluster);
    cluster.cells.push({ ...cell, sources: [...cell.sources] });
    if (cell.state === 'missing') cluster.missingHours.push(cell.hour);
  }
  return [...clusters.values()];
}
