export { OpenCostError } from './allocation-answer.ts';
export { type ComputeUse, createComputeSums, type GpuPart, WHOLE_GPU } from './compute-sums.ts';
export type { GpuNaming, NamedGpu, QuarantineReason } from './fault.ts';
export { findProjectNamespaces } from './labels.ts';
export {
  type IgnoredRow,
  type MapContext,
  type MappedAllocations,
  mapAllocations,
  type QuarantinedRow,
  SYSTEM_NAMESPACES,
} from './map-allocations.ts';
export { hasNamelessGpus, nameGpusByContainers } from './pod-gpus.ts';
