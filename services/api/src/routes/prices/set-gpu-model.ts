import { type Pool, setGpuModel } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { METERS } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { gpuModelField, meterNameField } from '../../contract/fields.ts';
import { gpuModelSchema } from './list-gpu-models.ts';

/** What events report beside GPUs: GPU-hours on one of these would be billed as something else. */
const OTHER_METERS: ReadonlySet<string> = new Set(Object.values(METERS).filter((meter) => meter !== METERS.gpu));

const gpuMeterField = meterNameField.superRefine((meter, context) => {
  if (!OTHER_METERS.has(meter)) return;
  const message = `expected ${METERS.gpu} or a meter of GPUs, and ${meter} is not one`;
  context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TEXT' } });
});

/** `PUT /v1/gpu-models` */
export function addSetGpuModel(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'setGpuModel',
    summary: 'Assign a GPU model to a meter',
    description:
      'Parked usage of the model is counted within seconds; what is counted already stays where it is. Names are ' +
      'compared without case and surplus spaces. `gpu_hours` counts the model as any other GPU. Sent ' +
      'again it changes ' +
      'nothing.',
    tags: ['Prices'],
    body: z.strictObject({ name: gpuModelField, meter: gpuMeterField }),
    response: created('The GPU model was put on the meter', gpuModelSchema, 'UNKNOWN_REFERENCE'),
  };
  app.put(
    '/v1/gpu-models',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { isCreated, value } = await setGpuModel(pool, changeOf(request), request.body);
      return reply.code(isCreated ? 201 : 200).send(value);
    },
  );
}
