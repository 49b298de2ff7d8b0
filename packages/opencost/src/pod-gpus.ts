import { type Allocation, allocationSchema, readRows } from './allocation-answer.ts';

/**
 * Whether a pod of the cluster has GPU-hours and no model: OpenCost adds the GPU-hours of its containers up and keeps
 * what else it knows of a GPU from one of them, at random. Asked by containers it forgets nothing.
 *
 * @throws OpenCostError when the answer holds no allocations.
 */
export function hasNamelessGpus(pods: unknown, clusterName: string): boolean {
  return readRows(pods).some(({ row }) => isNameless(readOwn(row, clusterName)));
}

/**
 * Gives pods without a GPU model what is known of the GPU by containers. The numbers stay those of the pods: rounded by
 * container they would add up to others, and the same hour must be the same whether OpenCost forgot a model or not.
 *
 * @throws OpenCostError when an answer holds no allocations.
 */
export function nameGpusByContainers(pods: unknown, containers: unknown, clusterName: string): unknown {
  const known = new Map<string, NonNullable<Allocation['gpuAllocation']>>();
  for (const { row } of readRows(containers)) {
    const own = readOwn(row, clusterName);
    const gpu = own?.gpuAllocation;
    if (own === undefined || !gpu || !hasGpu(own) || isNameless(own)) continue;
    const other = known.get(podOf(own))?.gpuModel ?? undefined;
    // Of several that cannot be: always the same one.
    if (other === undefined || (gpu.gpuModel ?? '') < other) known.set(podOf(own), gpu);
  }
  const data = readRows(pods).map(({ name, row }) => {
    const own = readOwn(row, clusterName);
    const gpuAllocation = own !== undefined && isNameless(own) ? known.get(podOf(own)) : undefined;
    return { [name]: gpuAllocation === undefined ? row : { ...own, gpuAllocation } };
  });
  return { code: 200, data };
}

function readOwn(row: unknown, clusterName: string): Allocation | undefined {
  const allocation = allocationSchema.safeParse(row).data;
  return allocation?.properties?.cluster === clusterName ? allocation : undefined;
}

function hasGpu({ gpuHours }: Allocation): boolean {
  return (gpuHours ?? 0) > 0;
}

function isNameless(own: Allocation | undefined): boolean {
  return own !== undefined && hasGpu(own) && !own.gpuAllocation?.gpuModel?.trim();
}

function podOf({ properties }: Allocation): string {
  return `${properties?.namespace}/${properties?.pod}`;
}
