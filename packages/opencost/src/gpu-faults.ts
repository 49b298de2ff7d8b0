import { isName } from '@hopsmeter/usage';
import type { Allocation } from './allocation-answer.ts';
import type { Fault, RowRules } from './fault.ts';
import type { RowPlace } from './row-place.ts';

/** Longest GPU model: it is part of the event's id, which has 256 characters. */
const GPU_MODEL_LENGTH_MAX = 128;

/**
 * Finds what would bill GPUs wrongly without any number being out of range. OpenCost counts requests of
 * `nvidia.com/gpu` only: slices of a GPU (MIG), shared GPUs and resource claims come as zero GPU-hours, however busy
 * the GPU was.
 */
export function findGpuFaults(place: RowPlace, row: Allocation, { gpuShares, nameGpu }: RowRules): Fault[] {
  const faults: Fault[] = [];
  const { gpuModel, isGPUShared, gpuUsageAverage, gpuRequestAverage } = row.gpuAllocation ?? {};
  const gpuHours = row.gpuHours ?? 0;
  for (const [field, value] of Object.entries({ gpuUsageAverage, gpuRequestAverage })) {
    if ((value ?? 0) < 0) faults.push({ reason: 'negative_number', detail: `${field} is ${value}` });
    if (gpuHours === 0 && (value ?? 0) > 0)
      faults.push({ reason: 'implausible', detail: `gpuHours is 0 beside a ${field} of ${value}` });
  }
  if (isGPUShared === true && gpuShares === undefined)
    faults.push({ reason: 'shared_gpu', detail: 'the GPU is shared, and no setting says how to divide it' });
  if (isGPUShared === true && gpuHours === 0)
    faults.push({ reason: 'shared_gpu', detail: 'gpuHours is 0 for a share of a GPU' });
  // `gpuAllocation` is that of one container at random. The pods of a namespace may have other models, the containers
  // of a pod not: they run on one node.
  if (place.level === 'namespace' && gpuHours > 0)
    faults.push({ reason: 'summed_gpus', detail: `${gpuHours} GPU-hours of a namespace: aggregate by pod` });
  const model = gpuModel?.trim() ?? '';
  if (model !== '' && !isName(model, GPU_MODEL_LENGTH_MAX))
    faults.push({
      reason: 'unreadable_row',
      detail: `gpuModel is no name of at most ${GPU_MODEL_LENGTH_MAX} characters`,
    });
  else if (model !== '' && gpuHours > 0 && nameGpu(model) === undefined)
    faults.push({ reason: 'unknown_gpu_model', detail: `nobody has said what a ${model} is billed as` });
  return faults;
}
