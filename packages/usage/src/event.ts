import type { Quantity } from './decimal.ts';
import type { Micros } from './time.ts';

/** The CloudEvents types that are usage, by their short name in the ledger. */
export const EVENT_TYPES = {
  compute: 'ai.hopsworks.usage.compute.v1',
  storage: 'ai.hopsworks.usage.storage.v1',
  network: 'ai.hopsworks.usage.network.v1',
  meter: 'ai.hopsworks.usage.meter.v1',
} as const;

export type EventType = keyof typeof EVENT_TYPES;

/** The meters that the built-in event types feed. Others are registered in the database and fed by meter events. */
export const METERS = {
  cpu: 'cpu_hours',
  gpu: 'gpu_hours',
  ram: 'ram_gb_hours',
  onlineStorage: 'online_storage_gb_hours',
  offlineStorage: 'offline_storage_gb_hours',
  egress: 'network_egress_gb',
} as const;

/** How much of one meter was used. */
export type Usage = { readonly meter: string; readonly quantity: Quantity };

/**
 * One usage event after validation: what the cluster said, in meters. Who used it and who pays is not known yet.
 *
 * `start` equals `end` for a meter event that names an instant instead of a window. `usages` holds no zero quantities:
 * zero adds nothing to a sum.
 */
export type UsageEvent = {
  readonly id: string;
  /** What follows `urn:hopsworks:cluster:<id>` in the event's source; empty when the cluster itself is the source. */
  readonly sourcePath: string;
  readonly type: EventType;
  readonly subject: string | undefined;
  readonly namespace: string | undefined;
  readonly gpuModel: string | undefined;
  readonly start: Micros;
  readonly end: Micros;
  readonly usages: readonly Usage[];
};
