import { type GpuNaming, type GpuPart, WHOLE_GPU } from '@hopsmeter/opencost';
import type { ExactUnits } from '@hopsmeter/usage';
import type { Series } from '../prometheus/read-answer.ts';
import { keyOf, readPod, readUnits, type SampleFault } from './container-minutes.ts';
import { readSlice } from './gpu-names.ts';

/** A kind of GPUs that a pod asked for, in minutes. */
export type PodGpu = { readonly gpuModel: string | undefined; readonly part: GpuPart; readonly sum: ExactUnits };

export type GpuFault =
  | SampleFault
  | { readonly reason: 'unknown_gpu_model' | 'shared_gpu' | 'summed_gpus'; readonly detail: string };

export type PodGpus = { readonly gpus: readonly PodGpu[]; readonly faults: readonly GpuFault[] };

export type GpuRules = { readonly nameGpu: GpuNaming; readonly gpuShares: number | undefined };

export type GpuSeries = {
  readonly requests: readonly Series[];
  /** By pod, of the DCGM exporter. */
  readonly models: readonly Series[];
  /** By node, of GPU feature discovery. */
  readonly products: readonly Series[];
};

const SHARED = 'nvidia_com_gpu_shared';

/** `nvidia.com/mig-1g.10gb` and `nvidia.com/mig-1c.3g.20gb`, as kube-state-metrics writes them. */
const SLICE = /^nvidia_com_mig_(?:\d+c_)?(\d+)g_/;

/**
 * Finds the GPUs of each pod: whole ones, shares as `gpuShares` divides them, and slices (MIG) as their compute slices
 * of those of the whole GPU. The model is what the DCGM exporter says of the pod, or else GPU feature discovery of the
 * node; without both it is a GPU without a model.
 */
export function findGpus({ requests, models, products }: GpuSeries, rules: GpuRules): ReadonlyMap<string, PodGpus> {
  const modelsByPod = new Map<string, Set<string>>();
  for (const { labels } of models) {
    // The exporter's own pod is named where Prometheus does not honour what the exporter says.
    const pod = readPod({
      namespace: labels.exported_namespace || labels.namespace || '',
      pod: labels.exported_pod || labels.pod || '',
    });
    modelsByPod.set(keyOf(pod), (modelsByPod.get(keyOf(pod)) ?? new Set()).add(labels.modelName ?? ''));
  }
  const productByNode = new Map(products.map(({ labels }) => [labels.node, labels.label_nvidia_com_gpu_product]));
  const found = new Map<string, { gpus: PodGpu[]; faults: GpuFault[] }>();
  for (const { labels, samples } of requests) {
    const key = keyOf(readPod(labels));
    const pod = found.get(key) ?? { gpus: [], faults: [] };
    found.set(key, pod);
    let sum = 0n;
    for (const { value } of samples) {
      const units = readUnits(value, labels.resource ?? '');
      if (typeof units === 'bigint') sum += units;
      else pod.faults.push(units);
    }
    if (sum === 0n) continue;
    const [model, ...more] = modelsByPod.get(key) ?? [];
    const named = nameGpu(labels.resource ?? '', model ?? productByNode.get(labels.node), rules);
    if (more.length > 0)
      pod.faults.push({ reason: 'summed_gpus', detail: `GPUs of ${[model, ...more].join(' and ')}` });
    else if ('reason' in named) pod.faults.push(named);
    else pod.gpus.push({ ...named, sum });
  }
  return found;
}

function nameGpu(
  resource: string,
  reported: string | undefined,
  { nameGpu: name, gpuShares }: GpuRules,
): Omit<PodGpu, 'sum'> | GpuFault {
  const named = reported === undefined ? undefined : name(reported);
  if (reported !== undefined && named === undefined)
    return { reason: 'unknown_gpu_model', detail: `nobody has said what a ${reported} is billed as` };
  const slices = SLICE.exec(resource)?.[1];
  const part = slices === undefined ? (named?.part ?? WHOLE_GPU) : readSlice(slices, named?.model);
  if (part === undefined)
    return { reason: 'unknown_gpu_model', detail: `${resource} is no slice of a ${reported ?? 'GPU'}` };
  if (resource !== SHARED) return { gpuModel: named?.model, part };
  if (gpuShares === undefined)
    return { reason: 'shared_gpu', detail: 'the GPU is shared, and no setting says how to divide it' };
  const { numerator, denominator } = part;
  return { gpuModel: named?.model, part: { numerator, denominator: denominator * BigInt(gpuShares) } };
}
