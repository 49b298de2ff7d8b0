/** The CloudEvents types that hopsmeter meters, by their short names. */
export const EVENT_TYPES = {
  compute: 'ai.hopsworks.usage.compute.v1',
  storage: 'ai.hopsworks.usage.storage.v1',
  network: 'ai.hopsworks.usage.network.v1',
  meter: 'ai.hopsworks.usage.meter.v1',
  correction: 'ai.hopsworks.usage.correction.v1',
  manifest: 'ai.hopsworks.usage.manifest.v1',
  project: 'ai.hopsworks.usage.project.v1',
} as const;

/** A decimal quantity, not negative: a number means its shortest decimal form, a text is exact (`"0.1"`, `"1e-7"`). */
export type Quantity = number | string;

/** When something was used: the start belongs to it, the end does not. RFC 3339. */
export type Window = { readonly start: string; readonly end: string };

/** A CloudEvent 1.0 in its JSON form. */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
};

type EventOf<Type extends keyof typeof EVENT_TYPES, Data> = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: (typeof EVENT_TYPES)[Type];
  readonly time?: string;
  /** The user, where the cluster knows it; else the namespace decides. */
  readonly subject?: string;
  readonly data: Data;
};

export type ComputeEvent = EventOf<
  'compute',
  {
    readonly namespace: string;
    readonly window: Window;
    readonly cpuCoreHours: Quantity;
    readonly gpuHours: Quantity;
    readonly ramByteHours: Quantity;
    readonly gpuModel?: string;
  }
>;

/** What is stored: one of the two, or both. The one that is left out was not measured, which is not zero. */
export type StoredBytes<Bytes> =
  | { readonly onlineBytes: Bytes; readonly offlineBytes?: Bytes }
  | { readonly onlineBytes?: Bytes; readonly offlineBytes: Bytes };

export type StorageEvent = EventOf<
  'storage',
  { readonly namespace: string; readonly window: Window } & StoredBytes<Quantity>
>;

export type NetworkEvent = EventOf<
  'network',
  { readonly namespace: string; readonly window: Window; readonly egressBytes: Quantity }
>;

export type MeterEvent = EventOf<
  'meter',
  {
    readonly meter: string;
    readonly quantity: Quantity;
    readonly namespace?: string;
    readonly window?: Window;
  }
>;

export type CorrectionEvent = EventOf<
  'correction',
  {
    readonly replaces: string;
    readonly quantities?: Readonly<Record<string, Quantity>>;
    readonly reason?: string;
  }
>;

export type ManifestEvent = EventOf<
  'manifest',
  {
    readonly window: Window;
    readonly eventCount: number;
    readonly sums?: Readonly<Record<string, Quantity>>;
    readonly missing?: string;
  }
>;

export type ProjectEvent = EventOf<
  'project',
  {
    readonly namespace: string;
    readonly projectName: string;
    readonly projectId: number;
    readonly owner: string;
    readonly createdAt: string;
    readonly endedAt?: string;
  }
>;

/** Every event that ingest knows. */
export type UsageEvent =
  | ComputeEvent
  | StorageEvent
  | NetworkEvent
  | MeterEvent
  | CorrectionEvent
  | ManifestEvent
  | ProjectEvent;
