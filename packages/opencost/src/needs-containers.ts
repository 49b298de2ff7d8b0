import { allocationSchema, readRows } from './allocation-answer.ts';

/**
 * Whether a pod of the cluster has GPU-hours and no model: OpenCost adds the GPU-hours of its containers up and keeps
 * what else it knows of a GPU from one of them, at random. Asked by containers it forgets nothing.
 *
 * @throws OpenCostError when the answer holds no allocations.
 */
export function needsContainers(answer: unknown, clusterName: string): boolean {
  return readRows(answer).some(({ row }) => {
    const { properties, gpuHours, gpuAllocation } = allocationSchema.safeParse(row).data ?? {};
    return properties?.cluster === clusterName && (gpuHours ?? 0) > 0 && !gpuAllocation?.gpuModel?.trim();
  });
}
