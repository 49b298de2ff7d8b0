import { CLUSTER_SOURCE_PREFIX, EVENT_TYPES, parseTime } from '@hopsmeter/usage';
import { type Allocation, allocationSchema, readRows } from './allocation-answer.ts';
import { type Fault, findFaults, type QuarantineReason, type Span } from './find-faults.ts';

/**
 * From OpenCost to usage events. Promise: every row of an answer comes out exactly once, as an event, as quarantined
 * with a reason, or as ignored because it is nobody's usage; and the same row always becomes the same event.
 */

/** What was asked of OpenCost. */
export type MapContext = {
  /** The cluster's UUID. */
  readonly clusterId: string;
  /**
   * One closed hour, exactly as it was asked for: `2026-11-22T13:00:00Z`. It is part of the event's id, so it must look
   * the same whoever collects.
   */
  readonly window: { readonly start: string; readonly end: string };
};

/** A CloudEvent that ingest takes. Numbers are written by JSON in their shortest decimal form. */
export type ComputeEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: typeof EVENT_TYPES.compute;
  readonly time: string;
  readonly data: {
    readonly namespace: string;
    readonly window: { readonly start: string; readonly end: string };
    readonly cpuCoreHours: number;
    readonly gpuHours: number;
    readonly ramByteHours: number;
    readonly gpuModel?: string;
  };
};

/** A row that is not billed until a person has looked at it. `detail` names everything that is wrong. */
export type QuarantinedRow = { readonly name: string; readonly reason: QuarantineReason; readonly detail: string };

/** A row that is nobody's usage. */
export type IgnoredRow = { readonly name: string; readonly reason: 'system_row' | 'system_namespace' | 'no_usage' };

export type MappedAllocations = {
  readonly events: readonly ComputeEvent[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly ignored: readonly IgnoredRow[];
};

/** What OpenCost itself is about: unused capacity, volumes without pods, what it could not assign. */
const SYSTEM_ROW = /^__.*__$/;

/** Namespaces that every Kubernetes has and that belong to no project. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** The form that OpenCost's own `window` parameter takes. */
const WINDOW_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * Maps an answer of `/allocation/compute?aggregate=namespace` for one window.
 *
 * Only CPU, GPU and memory are mapped. `networkTransferBytes` is all traffic of the pods, also inside the cluster, so it
 * is no egress; volumes are reported by the storage collector, with what is stored rather than what is provisioned.
 *
 * @throws OpenCostError when the answer holds no allocations. @throws RangeError when the window is none.
 */
export function mapAllocations(answer: unknown, context: MapContext): MappedAllocations {
  const span = readWindow(context.window);
  const events: ComputeEvent[] = [];
  const quarantined: QuarantinedRow[] = [];
  const ignored: IgnoredRow[] = [];
  const seen = new Set<string>();
  for (const { name, row } of readRows(answer)) {
    const repeated = seen.has(name);
    seen.add(name);
    const mapped = mapRow(name, row, { context, span, repeated });
    if ('faults' in mapped) quarantined.push(quarantine(name, mapped.faults));
    else if ('ignoredAs' in mapped) ignored.push({ name, reason: mapped.ignoredAs });
    else events.push(mapped.event);
  }
  return { events, quarantined, ignored };
}

type Place = { readonly context: MapContext; readonly span: Span; readonly repeated: boolean };

type MappedRow =
  | { readonly event: ComputeEvent }
  | { readonly faults: readonly [Fault, ...Fault[]] }
  | { readonly ignoredAs: IgnoredRow['reason'] };

function mapRow(name: string, row: unknown, { context, span, repeated }: Place): MappedRow {
  if (SYSTEM_ROW.test(name)) return { ignoredAs: 'system_row' };
  if (SYSTEM_NAMESPACES.has(name)) return { ignoredAs: 'system_namespace' };
  const parsed = allocationSchema.safeParse(row);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.');
    return { faults: [{ reason: 'unreadable_row', detail: path ? `${path} has the wrong type` : 'not an object' }] };
  }
  if (repeated) return { faults: [{ reason: 'repeated_namespace', detail: 'the answer holds this namespace twice' }] };
  const [first, ...more] = findFaults(name, parsed.data, span);
  if (first !== undefined) return { faults: [first, ...more] };
  const event = buildEvent(name, parsed.data, context);
  const { cpuCoreHours, gpuHours, ramByteHours } = event.data;
  return cpuCoreHours === 0 && gpuHours === 0 && ramByteHours === 0 ? { ignoredAs: 'no_usage' } : { event };
}

function buildEvent(namespace: string, row: Allocation, { clusterId, window }: MapContext): ComputeEvent {
  const gpuHours = row.gpuHours ?? 0;
  const gpuModel = row.gpuAllocation?.gpuModel;
  return {
    specversion: '1.0',
    id: `opencost/${namespace}/${window.start}/${window.end}`,
    source: CLUSTER_SOURCE_PREFIX + clusterId,
    type: EVENT_TYPES.compute,
    time: window.end,
    data: {
      namespace,
      window: { start: window.start, end: window.end },
      cpuCoreHours: row.cpuCoreHours ?? 0,
      gpuHours,
      ramByteHours: row.ramByteHours ?? 0,
      // A model beside zero GPU-hours says nothing about usage.
      ...(gpuHours > 0 && gpuModel ? { gpuModel } : {}),
    },
  };
}

function quarantine(name: string, [first, ...more]: readonly [Fault, ...Fault[]]): QuarantinedRow {
  return { name, reason: first.reason, detail: [first, ...more].map(({ detail }) => detail).join('; ') };
}

function readWindow({ start, end }: MapContext['window']): Span {
  const span = { start: parseTime(start), end: parseTime(end) };
  if (!WINDOW_TIME.test(start) || !WINDOW_TIME.test(end) || span.start === undefined || span.end === undefined)
    throw new RangeError(`a window looks like 2026-11-22T13:00:00Z, not ${start} to ${end}`);
  if (span.end <= span.start) throw new RangeError(`the window ${start} to ${end} does not end after it starts`);
  return { start: span.start, end: span.end };
}
