export type { Allocation } from './allocation-answer.ts';
export type { ComputeEvent, JsonQuantity } from './compute-event.ts';
export type { QuarantineReason } from './fault.ts';
export {
  type IgnoredRow,
  type MapContext,
  type MappedAllocations,
  mapAllocations,
  type QuarantinedRow,
} from './map-allocations.ts';
