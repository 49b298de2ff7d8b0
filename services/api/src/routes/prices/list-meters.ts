import { listMeters, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';

export const meterSchema = z
  .object({
    meter: z.string().meta({ examples: ['cpu_hours'] }),
    unit: z.string().meta({ examples: ['core-hour'] }),
    description: z.string().meta({ examples: ['Cores that were used or reserved, times hours'] }),
  })
  .meta({ id: 'Meter' });

const answerSchema = z.object({ meters: z.array(meterSchema) }).meta({ id: 'Meters' });

/** `GET /v1/meters` */
export function addListMeters(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listMeters',
    summary: 'List what is measured',
    description: 'All meters, by name.',
    tags: ['Prices'],
    querystring: z.strictObject({}),
    response: listed('The meters', answerSchema),
  };
  app.get('/v1/meters', { schema, config: { access: 'staff' } }, async () => {
    return { meters: [...(await listMeters(pool))] };
  });
}
