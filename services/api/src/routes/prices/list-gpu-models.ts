import { listGpuModels, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';

export const gpuModelSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    name: z.string().meta({ description: 'As clusters report it', examples: ['NVIDIA H100 80GB HBM3'] }),
    meter: z.string().meta({ description: 'The meter that its usage is counted on', examples: ['gpu_hours_h100'] }),
  })
  .meta({ id: 'GpuModel' });

const answerSchema = z.object({ gpuModels: z.array(gpuModelSchema) }).meta({ id: 'GpuModels' });

/** `GET /v1/gpu-models` */
export function addListGpuModels(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listGpuModels',
    summary: 'List GPU models and their meters',
    description: 'All GPU models that are assigned to a meter, by name.',
    tags: ['Prices'],
    querystring: z.strictObject({}),
    response: listed('The GPU models', answerSchema),
  };
  app.get('/v1/gpu-models', { schema, config: { access: 'staff' } }, async () => {
    return { gpuModels: [...(await listGpuModels(pool))] };
  });
}
