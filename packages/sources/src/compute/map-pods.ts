import type { Window } from '@hopsmeter/client';
import { type ComputeUse, createComputeSums, WHOLE_GPU } from '@hopsmeter/opencost';
import {
  divideHalfEven,
  type ExactUnits,
  isUserId,
  ONE,
  ONE_EXACT,
  type PlausibleLimits,
  type Quantity,
} from '@hopsmeter/usage';
import type { CollectedWindow, IgnoredRow, QuarantinedRow } from '../source.ts';
import type { UseSeries } from './ask-use.ts';
import { addUpGreater, keyOf, type Pod, type PodMinutes, readPod } from './container-minutes.ts';
import { findGpus, type GpuRules, type PodGpus } from './pod-gpus.ts';

export type PodRules = GpuRules & {
  readonly clusterId: string;
  readonly limits: PlausibleLimits;
  readonly isPerMember: boolean;
  readonly isProject: (namespace: string) => boolean;
};

const MINUTES_PER_HOUR = 60n;

/** Each pod of the window is in an event, quarantined with a reason, or ignored because it is nobody's. */
export function mapPods(series: UseSeries, window: Window, rules: PodRules): CollectedWindow {
  const cpu = byPod(addUpGreater('CPU', series.cpuRequests, series.cpuUsage));
  const ram = byPod(addUpGreater('memory', series.ramRequests, series.ramUsage));
  const { gpuRequests, gpuModels, gpuProducts } = series;
  const gpus = findGpus({ requests: gpuRequests, models: gpuModels, products: gpuProducts }, rules);
  const users = new Map(series.users.map(({ labels }) => [keyOf(readPod(labels)), labels.label_user]));
  const pods = new Map<string, Pod>(
    [...cpu.values(), ...ram.values(), ...gpuRequests.map(({ labels }) => readPod(labels))].map((pod) => [
      keyOf(pod),
      pod,
    ]),
  );
  const hours = BigInt((Date.parse(window.end) - Date.parse(window.start)) / 60_000);

  const sums = createComputeSums();
  const quarantined: QuarantinedRow[] = [];
  const ignored: IgnoredRow[] = [];
  for (const [name, { namespace }] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!rules.isProject(namespace)) {
      ignored.push({ name, reason: 'system_namespace' });
      continue;
    }
    const pod = { namespace, cpu: cpu.get(name), ram: ram.get(name), gpus: gpus.get(name), user: users.get(name) };
    const uses = toUses(pod, rules.isPerMember);
    const [fault, ...more] = findFaults(pod, uses, hours, rules);
    if (fault !== undefined) {
      const detail = [fault, ...more].map((one) => one.detail).join('; ');
      quarantined.push({ name, reason: fault.reason, detail, namespace });
    } else if (uses.every(isNothing)) ignored.push({ name, reason: 'no_usage' });
    else for (const use of uses) sums.add(use);
  }
  return { events: sums.events(rules.clusterId, window), quarantined, ignored };
}

type PodUse = {
  readonly namespace: string;
  readonly cpu: PodMinutes | undefined;
  readonly ram: PodMinutes | undefined;
  readonly gpus: PodGpus | undefined;
  readonly user: string | undefined;
};

/** All of a pod; where it has GPUs of several kinds, its cores and memory are with the first. */
function toUses({ namespace, cpu, ram, gpus, user }: PodUse, isPerMember: boolean): readonly ComputeUse[] {
  const subject = isPerMember ? user : undefined;
  const [first, ...others] = (gpus?.gpus ?? []).map(({ gpuModel, part, sum }) => ({
    namespace,
    subject,
    gpuModel,
    cpuCoreHours: 0n,
    ramByteHours: 0n,
    gpuHours: toHours(sum),
    gpuPart: part,
  }));
  const own = { cpuCoreHours: toHours(cpu?.sum ?? 0n), ramByteHours: toHours(ram?.sum ?? 0n) };
  if (first === undefined)
    return [{ namespace, subject, gpuModel: undefined, ...own, gpuHours: 0n, gpuPart: WHOLE_GPU }];
  return [{ ...first, ...own }, ...others];
}

function findFaults(
  { cpu, ram, gpus, user }: PodUse,
  uses: readonly ComputeUse[],
  minutes: bigint,
  { limits: { coresMax, gpusMax }, isPerMember }: PodRules,
): readonly { readonly reason: string; readonly detail: string }[] {
  const isAbove = (quantity: Quantity, max: bigint) => quantity * MINUTES_PER_HOUR > max * ONE * minutes;
  const gpuHours = uses.reduce((sum, use) => sum + use.gpuHours, 0n);
  return [
    ...(cpu?.faults ?? []),
    ...(ram?.faults ?? []),
    ...(gpus?.faults ?? []),
    ...(isPerMember && user !== undefined && !isUserId(user)
      ? [{ reason: 'unreadable_row', detail: 'the label user is no name of a user' }]
      : []),
    ...(isAbove(uses[0]?.cpuCoreHours ?? 0n, coresMax)
      ? [{ reason: 'implausible', detail: `more than ${coresMax} cores` }]
      : []),
    ...(isAbove(gpuHours, gpusMax) ? [{ reason: 'implausible', detail: `more than ${gpusMax} GPUs` }] : []),
  ];
}

function isNothing({ cpuCoreHours, ramByteHours, gpuHours }: ComputeUse): boolean {
  return cpuCoreHours === 0n && ramByteHours === 0n && gpuHours === 0n;
}

/** Rounded here, once for each pod, half to even. */
function toHours(minutes: ExactUnits): Quantity {
  return divideHalfEven(minutes, MINUTES_PER_HOUR * (ONE_EXACT / ONE));
}

function byPod(pods: readonly PodMinutes[]): ReadonlyMap<string, PodMinutes> {
  return new Map(pods.map((pod) => [keyOf(pod), pod]));
}
