import { useApi } from './client.ts';
import { pipelineSchema } from './schemas.ts';

/** The pipeline's numbers are looked at in passing: as fresh as a person who waits for them wants. */
const REFETCH_MS = 15_000;

/** `GET /v1/pipeline`, asked for again and again; staff only. */
export function usePipeline({ refetchMs = REFETCH_MS }: { readonly refetchMs?: number } = {}) {
  return useApi('/v1/pipeline', {}, pipelineSchema, { refetchMs });
}
