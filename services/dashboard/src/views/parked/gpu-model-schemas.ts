import * as z from 'zod/mini';

export const gpuModelSchema = z.object({ id: z.string(), name: z.string(), meter: z.string() });

/** `GET /v1/gpu-models` */
export const gpuModelsSchema = z.object({ gpuModels: z.array(gpuModelSchema) });

export type GpuModel = z.output<typeof gpuModelSchema>;

/** `GET /v1/meters` */
export const metersSchema = z.object({ meters: z.array(z.object({ meter: z.string() })) });

/** Asked for again when a model is put on a meter: a worker then counts what waited for it. */
export const TOUCHED_BY_GPU_MODELS = ['/v1/gpu-models', '/v1/parked', '/v1/pipeline'];
