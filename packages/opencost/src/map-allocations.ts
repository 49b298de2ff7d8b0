import type { ComputeEvent } from '@hopsmeter/client';
import { PLAUSIBLE_LIMITS, type PlausibleLimits, parseTime } from '@hopsmeter/usage';
import { type Allocation, allocationSchema, readRows } from './allocation-answer.ts';
import { createComputeSums } from './compute-sums.ts';
import {
  type Fault,
  type GpuNaming,
  nameAsReported,
  type QuarantineReason,
  type RowRules,
  type Span,
} from './fault.ts';
import { findFaults } from './find-faults.ts';
import { createRepeatCheck } from './repeat-check.ts';
import { type RowPlace, readPlace } from './row-place.ts';
import { createSeenRows, type SeenRows } from './seen-rows.ts';
import { toUse } from './to-use.ts';

/**
 * From OpenCost to usage events. Promise: every row of an answer comes out exactly once, in an event, as quarantined
 * with a reason, or as ignored because it is nobody's usage; and the same rows always become the same events.
 */

/** What was asked of OpenCost. */
export type MapContext = {
  /** The cluster's UUID. */
  readonly clusterId: string;
  /**
   * What OpenCost calls the cluster (its setting `CLUSTER_ID`). Rows of other clusters and rows that name none are
   * quarantined: one OpenCost may answer for several clusters that have namespaces of the same name.
   */
  readonly clusterName: string;
  /**
   * A closed hour or UTC day, exactly as it was asked for: `2026-11-22T13:00:00Z`. It is part of the event's id, so it
   * must look the same whoever collects.
   */
  readonly window: { readonly start: string; readonly end: string };
  /** How much of the cluster is plausible; without it what is plausible of any cluster. */
  readonly limits?: PlausibleLimits;
  /**
   * Into how many shares every shared GPU of the cluster is divided (`replicas` of NVIDIA's time-slicing): a share is
   * billed as that part of a GPU, and 1 bills it as a whole one. Without it rows about shared GPUs are quarantined.
   */
  readonly gpuShares?: number;
  /** What a GPU model is billed as; models that it does not know are quarantined. Without it: as it is reported. */
  readonly nameGpu?: GpuNaming;
  /** Whether a namespace is a project's. Without it: all but {@link SYSTEM_NAMESPACES}, which are the platform's. */
  readonly isProject?: (namespace: string) => boolean;
  /** Whether there is an event for each user, where pods have the label `user`. */
  readonly isPerMember?: boolean;
};

/** A row that is not billed until a person has looked at it. `detail` names everything that is wrong. */
export type QuarantinedRow = {
  readonly name: string;
  readonly reason: QuarantineReason;
  readonly detail: string;
  /** Where that can be told. */
  readonly namespace?: string;
};

/** A row that is nobody's usage. */
export type IgnoredRow = { readonly name: string; readonly reason: 'system_row' | 'system_namespace' | 'no_usage' };

export type MappedAllocations = {
  /** In the order of their ids. */
  readonly events: readonly ComputeEvent[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly ignored: readonly IgnoredRow[];
  readonly seen: SeenRows;
};

/** What OpenCost itself is about: unused capacity, volumes without pods, what it could not assign. */
const SYSTEM_ROW = /^__.*__$/;

/** Namespaces that belong to no project: those of every Kubernetes, of Hopsworks itself and of OpenCost. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'hopsworks',
  'opencost',
]);

/** The form that OpenCost's own `window` parameter takes. */
const WINDOW_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * Maps an answer of `/allocation/compute` for one window, aggregated by `namespace,pod` or `cluster,namespace,pod`,
 * also with the containers: one event for each namespace and GPU model. Aggregated by `namespace` alone the answer has
 * one row for each namespace, which is quarantined where it has GPUs.
 *
 * Only CPU, GPU and memory are mapped. `networkTransferBytes` is all traffic of the pods, also inside the cluster, so
 * it is no egress; volumes are reported by the storage collector, with what is stored rather than what is provisioned.
 *
 * @throws OpenCostError when the answer holds no allocations. @throws RangeError when the window, the cluster's name or
 * the number of shares is none.
 */
export function mapAllocations(answer: unknown, context: MapContext): MappedAllocations {
  const { clusterId, clusterName, window } = context;
  const rules = readRules(context);
  const sums = createComputeSums();
  const seen = createSeenRows(rules.span, clusterName);
  const quarantined: QuarantinedRow[] = [];
  const ignored: IgnoredRow[] = [];
  const isRepeated = createRepeatCheck();
  for (const { name, row } of readRows(answer)) {
    const judged = judgeRow(name, row, rules, isRepeated);
    if (judged.row !== undefined) seen.add(judged.row);
    if ('faults' in judged) quarantined.push(quarantine(name, judged));
    else if ('ignoredAs' in judged) ignored.push({ name, reason: judged.ignoredAs });
    else sums.add(toUse(judged.place, judged.row, rules));
  }
  return { events: sums.events(clusterId, window), quarantined, ignored, seen: seen.read() };
}

type BadRow = {
  readonly faults: readonly [Fault, ...Fault[]];
  readonly place?: RowPlace;
  readonly row?: Allocation | undefined;
};

type JudgedRow =
  | { readonly place: RowPlace; readonly row: Allocation }
  | BadRow
  | { readonly ignoredAs: IgnoredRow['reason']; readonly row?: Allocation };

function judgeRow(name: string, row: unknown, rules: RowRules, isRepeated: (place: RowPlace) => boolean): JudgedRow {
  if (name.split('/').some((part) => SYSTEM_ROW.test(part))) return { ignoredAs: 'system_row' };
  const parsed = allocationSchema.safeParse(row);
  if (!parsed.success) {
    if (SYSTEM_NAMESPACES.has(name)) return { ignoredAs: 'system_namespace' };
    const path = parsed.error.issues[0]?.path.join('.');
    return { faults: [{ reason: 'unreadable_row', detail: path ? `${path} has the wrong type` : 'not an object' }] };
  }
  const place = readPlace(name, parsed.data.properties);
  if (typeof place === 'string') return { faults: [{ reason: 'not_a_namespace', detail: place }], row: parsed.data };
  const isOfCluster = parsed.data.properties?.cluster === rules.clusterName;
  if (SYSTEM_NAMESPACES.has(place.namespace) || (isOfCluster && !rules.isProject(place.namespace)))
    return { ignoredAs: 'system_namespace', row: parsed.data };
  const [first, ...more] = findFaults(place, parsed.data, rules);
  const judged = { place, row: parsed.data };
  if (isOfCluster && isRepeated(place))
    return { ...judged, faults: [{ reason: 'repeated_namespace', detail: 'the answer holds this usage twice' }] };
  if (first !== undefined) return { ...judged, faults: [first, ...more] };
  const { cpuCoreHours, gpuHours, ramByteHours } = parsed.data;
  const isIdle = cpuCoreHours === 0 && gpuHours === 0 && ramByteHours === 0;
  return isIdle ? { ignoredAs: 'no_usage', row: parsed.data } : judged;
}

function quarantine(name: string, { faults, place }: BadRow): QuarantinedRow {
  const [{ reason }] = faults;
  const detail = faults.map((fault) => fault.detail).join('; ');
  return { name, reason, detail, ...(place === undefined ? {} : { namespace: place.namespace }) };
}

function readRules(context: MapContext): RowRules {
  const { clusterName, limits = PLAUSIBLE_LIMITS, gpuShares, nameGpu = nameAsReported } = context;
  if (clusterName === '') throw new RangeError('the name that OpenCost has for the cluster is empty');
  if (gpuShares !== undefined && !(Number.isSafeInteger(gpuShares) && gpuShares >= 1))
    throw new RangeError(`a GPU has one share or more, not ${gpuShares}`);
  const { isProject = () => true, isPerMember = false } = context;
  return { span: readWindow(context.window), clusterName, limits, gpuShares, nameGpu, isProject, isPerMember };
}

function readWindow({ start, end }: MapContext['window']): Span {
  const span = { start: parseTime(start), end: parseTime(end) };
  if (!WINDOW_TIME.test(start) || !WINDOW_TIME.test(end) || span.start === undefined || span.end === undefined)
    throw new RangeError(`a window looks like 2026-11-22T13:00:00Z, not ${start} to ${end}`);
  if (span.end <= span.start) throw new RangeError(`the window ${start} to ${end} does not end after it starts`);
  return { start: span.start, end: span.end };
}
