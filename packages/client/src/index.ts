export type { Client } from './client.ts';
export { CLIENT_ERRORS, ClientError, type ClientErrorCode } from './client-error.ts';
export type { ClientOptions } from './client-options.ts';
export type { ClientProblem } from './client-problem.ts';
export type { ClientStats } from './client-stats.ts';
export { createClient } from './create-client.ts';
export {
  type ComputeInput,
  type CorrectionInput,
  createEventMaker,
  type EventMaker,
  type ManifestInput,
  type MeterInput,
  type NetworkInput,
  type ProjectInput,
  type QuantityInput,
  type StorageInput,
  type TimeInput,
  type WindowInput,
} from './events/event-maker.ts';
export {
  type CloudEvent,
  type ComputeEvent,
  type CorrectionEvent,
  EVENT_TYPES,
  type ManifestEvent,
  type MeterEvent,
  type NetworkEvent,
  type ProjectEvent,
  type Quantity,
  type StorageEvent,
  type UsageEvent,
  type Window,
} from './events/event-types.ts';
export type { Receipt } from './receipt.ts';
export type { Problem, Refusal } from './refusal.ts';
