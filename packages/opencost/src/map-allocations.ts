import { PLAUSIBLE_LIMITS, type PlausibleLimits, parseTime } from '@hopsmeter/usage';
import { type Allocation, allocationSchema, readRows } from './allocation-answer.ts';
import { type ComputeEvent, createRowSums } from './compute-event.ts';
import type { Fault, QuarantineReason, RowRules, Span } from './fault.ts';
import { findFaults } from './find-faults.ts';
import { type RowPlace, readPlace } from './row-place.ts';

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
   * One closed hour, exactly as it was asked for: `2026-11-22T13:00:00Z`. It is part of the event's id, so it must look
   * the same whoever collects.
   */
  readonly window: { readonly start: string; readonly end: string };
  /** How much of the cluster is plausible; without it what is plausible of any cluster. */
  readonly limits?: PlausibleLimits;
  /**
   * Into how many shares every shared GPU of the cluster is divided (`replicas` of NVIDIA's time-slicing): a share is
   * billed as that part of a GPU, and 1 bills it as a whole one. Without it rows about shared GPUs are quarantined.
   */
  readonly gpuShares?: number;
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
 * Maps an answer of `/allocation/compute` for one window, aggregated by `namespace,pod` or `cluster,namespace,pod`: one
 * event for each namespace and GPU model. Aggregated by `namespace` alone the answer has one row for each namespace;
 * where that adds several GPUs up it is quarantined, as far as can be seen.
 *
 * Only CPU, GPU and memory are mapped. `networkTransferBytes` is all traffic of the pods, also inside the cluster, so
 * it is no egress; volumes are reported by the storage collector, with what is stored rather than what is provisioned.
 *
 * @throws OpenCostError when the answer holds no allocations. @throws RangeError when the window, the cluster's name or
 * the number of shares is none.
 */
export function mapAllocations(answer: unknown, context: MapContext): MappedAllocations {
  const { clusterName, limits = PLAUSIBLE_LIMITS, gpuShares } = context;
  if (clusterName === '') throw new RangeError('the name that OpenCost has for the cluster is empty');
  if (gpuShares !== undefined && !(Number.isSafeInteger(gpuShares) && gpuShares >= 1))
    throw new RangeError(`a GPU has one share or more, not ${gpuShares}`);
  const rules: RowRules = { span: readWindow(context.window), clusterName, limits, gpuShares };
  const sums = createRowSums(gpuShares);
  const quarantined: QuarantinedRow[] = [];
  const ignored: IgnoredRow[] = [];
  const isRepeated = createRepeatCheck();
  for (const { name, row } of readRows(answer)) {
    const judged = judgeRow(name, row, rules, isRepeated);
    if ('faults' in judged) quarantined.push(quarantine(name, judged.faults));
    else if ('ignoredAs' in judged) ignored.push({ name, reason: judged.ignoredAs });
    else sums.add(judged.place, judged.row);
  }
  return { events: sums.events(context.clusterId, context.window), quarantined, ignored };
}

type JudgedRow =
  | { readonly place: RowPlace; readonly row: Allocation }
  | { readonly faults: readonly [Fault, ...Fault[]] }
  | { readonly ignoredAs: IgnoredRow['reason'] };

function judgeRow(name: string, row: unknown, rules: RowRules, isRepeated: (place: RowPlace) => boolean): JudgedRow {
  if (name.split('/').some((part) => SYSTEM_ROW.test(part))) return { ignoredAs: 'system_row' };
  if (SYSTEM_NAMESPACES.has(name)) return { ignoredAs: 'system_namespace' };
  const parsed = allocationSchema.safeParse(row);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.');
    return { faults: [{ reason: 'unreadable_row', detail: path ? `${path} has the wrong type` : 'not an object' }] };
  }
  const place = readPlace(name, parsed.data.properties);
  if (typeof place === 'string') return { faults: [{ reason: 'not_a_namespace', detail: place }] };
  if (SYSTEM_NAMESPACES.has(place.namespace)) return { ignoredAs: 'system_namespace' };
  const [first, ...more] = findFaults(place, parsed.data, rules);
  const isOfCluster = parsed.data.properties?.cluster === rules.clusterName;
  if (isOfCluster && isRepeated(place))
    return { faults: [{ reason: 'repeated_namespace', detail: 'the answer holds this usage twice' }] };
  if (first !== undefined) return { faults: [first, ...more] };
  const { cpuCoreHours, gpuHours, ramByteHours } = parsed.data;
  const isIdle = cpuCoreHours === 0 && gpuHours === 0 && ramByteHours === 0;
  return isIdle ? { ignoredAs: 'no_usage' } : { place, row: parsed.data };
}

/** Tells whether the same part of a namespace came before, or parts of another level that would count it again. */
function createRepeatCheck(): (place: RowPlace) => boolean {
  const levels = new Map<string, RowPlace['level']>();
  const seen = new Set<string>();
  return ({ namespace, level, part }) => {
    const key = `${namespace}/${part}`;
    const isRepeated = seen.has(key) || (levels.get(namespace) ?? level) !== level;
    seen.add(key);
    if (!levels.has(namespace)) levels.set(namespace, level);
    return isRepeated;
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
