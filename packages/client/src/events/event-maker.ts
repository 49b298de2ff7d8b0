import { ClientError } from '../client-error.ts';
import { buildEventId } from './event-id.ts';
import { CLUSTER_SOURCE_PREFIX, SOURCE_LENGTH_MAX } from './event-limits.ts';
import {
  type ComputeEvent,
  type CorrectionEvent,
  EVENT_TYPES,
  type ManifestEvent,
  type MeterEvent,
  type NetworkEvent,
  type ProjectEvent,
  type Quantity,
  type StorageEvent,
  type StoredBytes,
  type Window,
} from './event-types.ts';
import { formatUtc } from './utc-time.ts';

/** A quantity to report; a `bigint` is written as its digits. */
export type QuantityInput = Quantity | bigint;

/** A moment to report: any offset; microseconds are kept of a text. */
export type TimeInput = Date | string;

export type WindowInput = { readonly start: TimeInput; readonly end: TimeInput };

type OfNamespace = {
  readonly namespace: string;
  readonly window: WindowInput;
  /** The user, where the cluster knows it. Then it is in the id too: a namespace may have many. */
  readonly subject?: string;
};

export type ComputeInput = OfNamespace & {
  readonly cpuCoreHours: QuantityInput;
  readonly gpuHours: QuantityInput;
  readonly ramByteHours: QuantityInput;
  /** In the id too: a namespace may use several models in one window. */
  readonly gpuModel?: string;
};

export type StorageInput = OfNamespace & StoredBytes<QuantityInput>;

export type NetworkInput = OfNamespace & { readonly egressBytes: QuantityInput };

type MeterFields = {
  readonly meter: string;
  readonly quantity: QuantityInput;
  readonly namespace?: string;
  readonly subject?: string;
};

/**
 * Usage of a window, or one use at a moment: of these there may be many at a moment, so each needs a name of its own.
 */
export type MeterInput = MeterFields &
  ({ readonly window: WindowInput } | { readonly id: string; readonly time: TimeInput });

export type CorrectionInput = {
  /** The id of the event that it is about. */
  readonly replaces: string;
  /** When it was decided: of several corrections the latest is in force. A retry keeps it. */
  readonly time: TimeInput;
  /** The whole new content by meter; none: the event is void. */
  readonly quantities?: Readonly<Record<string, QuantityInput>>;
  readonly reason?: string;
};

export type ManifestInput = {
  readonly window: WindowInput;
  /** Usage events whose window begins in this window. Of several manifests of a window they are added up. */
  readonly eventCount: number;
  readonly sums?: Readonly<Record<string, QuantityInput>>;
  /** Why the window cannot be reported, in 1 to 200 characters; then `eventCount` is 0 and there are no `sums`. */
  readonly missing?: string;
  /** Which of several manifests of the window this is, such as `recheck`; the first one has none. It is in the id. */
  readonly part?: string;
};

/** Whose a namespace is: no usage, but what decides whose its usage is. */
export type ProjectInput = {
  readonly namespace: string;
  readonly projectName: string;
  /** The number that Hopsworks gave the project. */
  readonly projectId: number;
  /** The Auth0 sub or the e-mail address of a user. */
  readonly owner: string;
  /** When it was so: a new owner has the project from here on. A retry keeps it. */
  readonly time: TimeInput;
  readonly createdAt: TimeInput;
  /** Left out while the project is there. */
  readonly endedAt?: TimeInput;
};

/** Makes events of one cluster. The same input gives the same event, with the same id, in any process at any time. */
export type EventMaker = {
  readonly source: string;
  compute(input: ComputeInput): ComputeEvent;
  storage(input: StorageInput): StorageEvent;
  network(input: NetworkInput): NetworkEvent;
  meter(input: MeterInput): MeterEvent;
  correction(input: CorrectionInput): CorrectionEvent;
  manifest(input: ManifestInput): ManifestEvent;
  project(input: ProjectInput): ProjectEvent;
};

/**
 * @param clusterId as hopsmeter lists it.
 * @param sourcePath what of the cluster reports, such as `/collector`; two programs that report the same hour must have
 * the same.
 * @throws ClientError INVALID_OPTION when they make no source.
 */
export function createEventMaker(clusterId: string, sourcePath = ''): EventMaker {
  const source = buildSource(clusterId, sourcePath);
  const envelope = (id: string, subject?: string) =>
    ({ specversion: '1.0', id, source, ...(subject === undefined ? {} : { subject }) }) as const;
  return {
    source,
    compute({ namespace, subject, gpuModel, ...input }) {
      const window = readWindow(input.window);
      return {
        ...envelope(buildEventId('compute', [namespace, window.start, window.end, subject, gpuModel]), subject),
        type: EVENT_TYPES.compute,
        time: window.end,
        data: {
          namespace,
          window,
          cpuCoreHours: readQuantity(input.cpuCoreHours, 'cpuCoreHours'),
          gpuHours: readQuantity(input.gpuHours, 'gpuHours'),
          ramByteHours: readQuantity(input.ramByteHours, 'ramByteHours'),
          ...(gpuModel === undefined ? {} : { gpuModel }),
        },
      };
    },
    storage({ namespace, subject, onlineBytes, offlineBytes, ...input }) {
      const window = readWindow(input.window);
      return {
        ...envelope(buildEventId('storage', [namespace, window.start, window.end, subject]), subject),
        type: EVENT_TYPES.storage,
        time: window.end,
        data: { namespace, window, ...readStored(onlineBytes, offlineBytes) },
      };
    },
    network({ namespace, subject, ...input }) {
      const window = readWindow(input.window);
      return {
        ...envelope(buildEventId('network', [namespace, window.start, window.end, subject]), subject),
        type: EVENT_TYPES.network,
        time: window.end,
        data: { namespace, window, egressBytes: readQuantity(input.egressBytes, 'egressBytes') },
      };
    },
    meter(input) {
      const { meter, namespace, subject } = input;
      const window = 'window' in input ? readWindow(input.window) : undefined;
      const id =
        'id' in input ? input.id : buildEventId('meter', [meter, namespace, window?.start, window?.end, subject]);
      const time = 'time' in input ? formatUtc(input.time, 'time') : window?.end;
      return {
        ...envelope(id, subject),
        type: EVENT_TYPES.meter,
        ...(time === undefined ? {} : { time }),
        data: {
          meter,
          quantity: readQuantity(input.quantity, 'quantity'),
          ...(namespace === undefined ? {} : { namespace }),
          ...(window === undefined ? {} : { window }),
        },
      };
    },
    correction({ replaces, quantities, reason, ...input }) {
      const time = formatUtc(input.time, 'time');
      return {
        ...envelope(buildEventId('correction', [replaces, time])),
        type: EVENT_TYPES.correction,
        time,
        data: {
          replaces,
          ...(quantities === undefined ? {} : { quantities: readQuantities(quantities, 'quantities') }),
          ...(reason === undefined ? {} : { reason }),
        },
      };
    },
    manifest({ eventCount, sums, missing, part, ...input }) {
      const window = readWindow(input.window);
      if (part === MISSING_PART) throw new ClientError('INVALID_EVENT', `part must not be ${MISSING_PART}`);
      const parts = [...(missing === undefined ? [] : [MISSING_PART]), part];
      return {
        ...envelope(buildEventId('manifest', [window.start, window.end, ...parts])),
        type: EVENT_TYPES.manifest,
        time: window.end,
        data: {
          window,
          eventCount,
          ...(sums === undefined ? {} : { sums: readQuantities(sums, 'sums') }),
          ...(missing === undefined ? {} : { missing }),
        },
      };
    },
    project({ namespace, projectName, projectId, owner, endedAt, ...input }) {
      const time = formatUtc(input.time, 'time');
      const createdAt = formatUtc(input.createdAt, 'createdAt');
      const end = endedAt === undefined ? {} : { endedAt: formatUtc(endedAt, 'endedAt') };
      return {
        ...envelope(buildEventId('project', [namespace, String(projectId), time])),
        type: EVENT_TYPES.project,
        time,
        data: { namespace, projectName, projectId, owner, createdAt, ...end },
      };
    },
  };
}

/** In the id of a manifest that says why its window is missing, so that the usual one can still come beside it. */
const MISSING_PART = 'missing';

function buildSource(clusterId: string, sourcePath: string): string {
  if (!/^[\w.-]+$/.test(clusterId))
    throw new ClientError('INVALID_OPTION', 'clusterId must be the id of a cluster as hopsmeter lists it');
  if (sourcePath !== '' && !/^[/:][\x21-\x7e]*$/.test(sourcePath))
    throw new ClientError('INVALID_OPTION', 'sourcePath must begin with / or : and be printable ASCII');
  const source = `${CLUSTER_SOURCE_PREFIX}${clusterId}${sourcePath}`;
  if (source.length > SOURCE_LENGTH_MAX)
    throw new ClientError('INVALID_OPTION', `the source has more than ${SOURCE_LENGTH_MAX} characters`);
  return source;
}

function readWindow({ start, end }: WindowInput): Window {
  return { start: formatUtc(start, 'window.start'), end: formatUtc(end, 'window.end') };
}

/** What JSON would write as null must not become an event: it would be refused far from where it was made. */
function readQuantity(value: QuantityInput, field: string): Quantity {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ClientError('INVALID_EVENT', `${field} must be a finite number, not ${value}`);
  return value;
}

function readStored(online?: QuantityInput, offline?: QuantityInput): StoredBytes<Quantity> {
  const onlineBytes = online === undefined ? undefined : readQuantity(online, 'onlineBytes');
  const offlineBytes = offline === undefined ? undefined : readQuantity(offline, 'offlineBytes');
  if (onlineBytes !== undefined) return offlineBytes === undefined ? { onlineBytes } : { onlineBytes, offlineBytes };
  if (offlineBytes !== undefined) return { offlineBytes };
  throw new ClientError('INVALID_EVENT', 'onlineBytes, offlineBytes or both are required');
}

function readQuantities(values: Readonly<Record<string, QuantityInput>>, field: string): Record<string, Quantity> {
  return Object.fromEntries(
    Object.entries(values).map(([meter, value]) => [meter, readQuantity(value, `${field}.${meter}`)]),
  );
}
