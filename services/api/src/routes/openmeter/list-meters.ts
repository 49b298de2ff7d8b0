import { listMeters, type MeterRow, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { EVENT_TYPES, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { PROBLEM_RESPONSES, problem } from '../../contract/problems.ts';
import { QUERY_GROUPINGS } from './windows.ts';

/** OpenMeter's clients want a date; meters have none. */
const SINCE = '1970-01-01T00:00:00Z';

const meterSchema = z
  .object({
    id: z.string().meta({ examples: ['cpu_hours'] }),
    slug: z.string().meta({ description: 'The same as `id`: the name of the meter', examples: ['cpu_hours'] }),
    name: z.string().meta({ description: 'The same as `id`', examples: ['cpu_hours'] }),
    description: z.string().meta({ examples: ['Cores that were used or reserved, times hours'] }),
    unit: z.string().meta({ examples: ['core-hour'] }),
    aggregation: z.literal('SUM'),
    windowSize: z.literal('DAY'),
    eventType: z.string().meta({
      examples: [EVENT_TYPES.meter],
      description: 'A type of events that count on it; those that OpenCost measures count too',
    }),
    valueProperty: z.literal('$.quantity').meta({ description: 'Where such an event says how much' }),
    createdAt: z.string().meta({ description: 'Not kept: always this moment', examples: [SINCE] }),
    updatedAt: z.string().meta({ description: 'Not kept: always this moment', examples: [SINCE] }),
    groupBy: z.record(z.string(), z.string()).meta({ description: 'What a query can group by' }),
  })
  .meta({ id: 'OpenMeterMeter', description: 'A meter in the form of OpenMeter' });

const answerSchema = z.array(meterSchema).meta({ id: 'OpenMeterMeters' });

/** `GET /api/v1/meters` and `GET /api/v1/meters/{slug}` */
export function addListOpenMeters(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listOpenMeterMeters',
    summary: "List what is measured, in OpenMeter's form",
    description: 'All meters, by name. Every one is a sum.',
    tags: ['OpenMeter'],
    querystring: z.strictObject({}),
    response: {
      200: { description: 'The meters', content: { 'application/json': { schema: answerSchema } } },
      ...PROBLEM_RESPONSES,
    },
  };
  app.get('/api/v1/meters', { schema, config: { access: 'any-owner' } }, async () =>
    (await listMeters(pool)).map(describeMeter),
  );
  const one = {
    ...schema,
    operationId: 'readOpenMeterMeter',
    summary: "Read what one meter measures, in OpenMeter's form",
    description: 'One meter by its name.',
    params: z.strictObject({
      slug: z
        .string()
        .max(253)
        .meta({ description: 'Name of the meter', examples: ['cpu_hours'] }),
    }),
    response: {
      200: { description: 'The meter', content: { 'application/json': { schema: meterSchema } } },
      ...PROBLEM_RESPONSES,
      404: problem('There is no such meter', 'NOT_FOUND'),
    },
  };
  app.get('/api/v1/meters/:slug', { schema: one, config: { access: 'any-owner' } }, async ({ params }) => {
    const meters = await listMeters(pool);
    const found = meters.find(({ meter }) => meter === params.slug);
    if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no such meter');
    return describeMeter(found);
  });
}

function describeMeter({ meter, unit, description }: MeterRow): z.input<typeof meterSchema> {
  return {
    id: meter,
    slug: meter,
    name: meter,
    description,
    unit,
    aggregation: 'SUM',
    windowSize: 'DAY',
    eventType: EVENT_TYPES.meter,
    valueProperty: '$.quantity',
    createdAt: SINCE,
    updatedAt: SINCE,
    groupBy: Object.fromEntries(QUERY_GROUPINGS.map((name) => [name, `$.${name}`])),
  };
}
