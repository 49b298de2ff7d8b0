import { type Pool, removeGpuModel } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { gpuModelSchema } from './list-gpu-models.ts';

/** `DELETE /v1/gpu-models/{id}` */
export function addRemoveGpuModel(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'removeGpuModel',
    summary: 'Remove a GPU model from its meter',
    description: 'Usage of it that comes from now on is parked. What is counted already stays where it is.',
    tags: ['Prices'],
    params: z.strictObject({ id: systemIdSchema("The GPU model's id") }),
    querystring: z.strictObject({}),
    response: changed('The GPU model as it was', gpuModelSchema),
  };
  app.delete('/v1/gpu-models/:id', { schema, config: { access: 'admin' } }, (request) =>
    removeGpuModel(pool, changeOf(request), request.params.id),
  );
}
