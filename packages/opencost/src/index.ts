export { type Allocation, OpenCostError } from './allocation-answer.ts';
export { QUARANTINE_REASONS, type QuarantineReason } from './find-faults.ts';
export {
  type ComputeEvent,
  type IgnoredRow,
  type MapContext,
  type MappedAllocations,
  mapAllocations,
  type QuarantinedRow,
} from './map-allocations.ts';
