import type { ExactQuantity } from './exact-quantity.ts';
import type { Micros } from './time.ts';

/** The CloudEvents types that are metered, by their short name in the ledger. */
export const EVENT_TYPES = {
  compute: 'ai.hopsworks.usage.compute.v1',
  storage: 'ai.hopsworks.usage.storage.v1',
  network: 'ai.hopsworks.usage.network.v1',
  meter: 'ai.hopsworks.usage.meter.v1',
  correction: 'ai.hopsworks.usage.correction.v1',
  manifest: 'ai.hopsworks.usage.manifest.v1',
  project: 'ai.hopsworks.usage.project.v1',
} as const;

export type EventType = keyof typeof EVENT_TYPES;

/** The types that say what was used; the others speak about such events, or about whose they are. */
export type UsageType = Exclude<EventType, 'correction' | 'manifest' | 'project'>;

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
export type Usage = { readonly meter: string; readonly quantity: ExactQuantity };

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
  readonly type: UsageType;
  readonly subject: string | undefined;
  readonly namespace: string | undefined;
  readonly gpuModel: string | undefined;
  readonly start: Micros;
  readonly end: Micros;
  readonly usages: readonly Usage[];
};

/**
 * Takes back what an event said and puts new quantities in its place. The window, the user, the namespace and the
 * project stay those of the original.
 */
export type CorrectionEvent = {
  readonly id: string;
  readonly sourcePath: string;
  readonly type: 'correction';
  /** The id of the event that it replaces, of the same cluster and source; that may be a correction itself. */
  readonly replaces: string;
  /** Of all corrections of an original the one with the greatest time is in force, and of those the greatest id. */
  readonly correctedAt: Micros;
  /** The whole new content, by name of the meter and without zeros. Empty: the original is void. */
  readonly usages: readonly Usage[];
  readonly reason: string | undefined;
};

/** What a cluster says that it reported in a window: no usage, but what can be compared with what was counted. */
export type ManifestEvent = {
  readonly id: string;
  readonly sourcePath: string;
  readonly type: 'manifest';
  readonly start: Micros;
  readonly end: Micros;
  /** Usage events whose window begins in the window of the manifest. */
  readonly eventCount: number;
  /** Their quantities added up, by name of the meter; zeros are kept. Meters that are not named were not summed. */
  readonly sums: readonly Usage[];
  /** Why the cluster cannot report the window. Then it counts no events, though there may have been usage. */
  readonly missing: string | undefined;
};

/** What a cluster says of a project: whose namespace it is, and since when. It is no usage. */
export type ProjectEvent = {
  readonly id: string;
  readonly sourcePath: string;
  readonly type: 'project';
  readonly namespace: string;
  readonly projectName: string;
  /** The number that Hopsworks gave the project: a namespace that comes back is another project. */
  readonly projectId: number;
  /** A user of the directory, by id or e-mail address. */
  readonly owner: string;
  /** When it was so: of several reports the latest one is about now, and a new owner owns from here on. */
  readonly reportedAt: Micros;
  readonly createdAt: Micros;
  readonly endedAt: Micros | undefined;
};

/** An event about other events, or about the directory. It cannot be counted with its batch, but right after it. */
export type DeferredEvent = CorrectionEvent | ManifestEvent | ProjectEvent;

/** Whatever a cluster may post. */
export type ReportedEvent = UsageEvent | DeferredEvent;

export function isDeferred(event: ReportedEvent): event is DeferredEvent {
  return event.type === 'correction' || event.type === 'manifest' || event.type === 'project';
}
