import { listMeters, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { QUERY_GROUPINGS } from './windows.ts';

const meterSchema = z
  .object({
    id: z.string().meta({ examples: ['cpu_hours'] }),
    slug: z.string().meta({ description: 'The same as `id`: the name of the meter', examples: ['cpu_hours'] }),
    description: z.string().meta({ examples: ['Cores that were used or reserved, times hours'] }),
    unit: z.string().meta({ examples: ['core-hour'] }),
    aggregation: z.literal('SUM'),
    windowSize: z.literal('DAY'),
    eventType: z
      .string()
      .meta({ examples: ['ai.hopsworks.usage'], description: 'Begin of the types of events that are counted on it' }),
    groupBy: z.record(z.string(), z.string()).meta({ description: 'What a query can group by' }),
  })
  .meta({ id: 'OpenMeterMeter', description: 'A meter in the form of OpenMeter' });

const answerSchema = z.array(meterSchema).meta({ id: 'OpenMeterMeters' });

/** The types of usage events all begin with it. */
const EVENT_TYPE = 'ai.hopsworks.usage';

/** `GET /api/v1/meters` */
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
  app.get('/api/v1/meters', { schema, config: { access: 'any-owner' } }, async () => {
    const meters = await answerOrNotReady(listMeters(pool));
    return meters.map(({ meter, unit, description }) => ({
      id: meter,
      slug: meter,
      description,
      unit,
      aggregation: 'SUM' as const,
      windowSize: 'DAY' as const,
      eventType: EVENT_TYPE,
      groupBy: Object.fromEntries(QUERY_GROUPINGS.map((name) => [name, `$.${name}`])),
    }));
  });
}
