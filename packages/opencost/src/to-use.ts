import type { Allocation } from './allocation-answer.ts';
import { type ComputeUse, readNumber, WHOLE_GPU } from './compute-sums.ts';
import type { RowRules } from './fault.ts';
import { readUser } from './labels.ts';
import type { RowPlace } from './row-place.ts';

/** What a row without faults says was used. */
export function toUse(
  { namespace }: RowPlace,
  row: Allocation,
  { nameGpu, gpuShares, isPerMember }: RowRules,
): ComputeUse {
  const { model: reported = '', isShared } = readGpu(row);
  const gpu = reported === '' ? undefined : nameGpu(reported);
  const { numerator, denominator } = gpu?.part ?? WHOLE_GPU;
  return {
    namespace,
    subject: isPerMember ? readUser(row.properties?.labels) : undefined,
    gpuModel: gpu?.model,
    cpuCoreHours: readNumber(row.cpuCoreHours ?? 0),
    ramByteHours: readNumber(row.ramByteHours ?? 0),
    gpuHours: readNumber(row.gpuHours ?? 0),
    gpuPart: { numerator, denominator: denominator * BigInt(isShared ? (gpuShares ?? 1) : 1) },
  };
}

/** A model beside zero GPU-hours says nothing about usage. */
function readGpu({ gpuHours, gpuAllocation }: Allocation) {
  if ((gpuHours ?? 0) === 0) return { isShared: false };
  return { model: gpuAllocation?.gpuModel?.trim(), isShared: gpuAllocation?.isGPUShared === true };
}
