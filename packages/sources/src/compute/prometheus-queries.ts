/**
 * What is asked of a Prometheus that scrapes kube-state-metrics, cAdvisor and, where there are GPUs, DCGM's exporter.
 *
 * Always `max by` or `group by`: two replicas of an exporter would count everything twice.
 */

/** Pods that run: what waits in a queue or has ended still asks for its resources. */
const RUNNING = 'max by (namespace, pod) (kube_pod_status_phase{phase="Running"}) == 1';

const ofRunning = (query: string): string => `(${query}) and on (namespace, pod) (${RUNNING})`;

/** A pod and its pause container are in cAdvisor beside the containers that they hold. */
const CONTAINERS = 'container!="", container!="POD", pod!=""';

/** Of each container, by the minute. */
export const USED = {
  cpuRequests: ofRunning(
    'max by (namespace, pod, container, node) (kube_pod_container_resource_requests{resource="cpu"})',
  ),
  cpuUsage: ofRunning(
    `max by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[5m]))`,
  ),
  ramRequests: ofRunning(
    'max by (namespace, pod, container, node) (kube_pod_container_resource_requests{resource="memory"})',
  ),
  ramUsage: ofRunning(`max by (namespace, pod, container) (container_memory_working_set_bytes{${CONTAINERS}})`),
  gpuRequests: ofRunning(
    'max by (namespace, pod, container, node, resource) (kube_pod_container_resource_requests' +
      '{resource=~"nvidia_com_gpu|nvidia_com_gpu_shared|nvidia_com_mig_.+"})',
  ),
} as const;

/** Whether each of the exporters was there, by the minute. */
export const THERE = {
  kube_pod_status_phase: `count(${RUNNING})`,
  kube_pod_container_resource_requests: 'count(kube_pod_container_resource_requests)',
  container_memory_working_set_bytes: `count(container_memory_working_set_bytes{${CONTAINERS}})`,
} as const;

/** What was said at any time within a number of seconds. */
export function labelQueries(seconds: number) {
  const said = (metric: string): string => `last_over_time(${metric}[${seconds}s])`;
  const models = ['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'].map(
    (metric) =>
      `group by (exported_namespace, exported_pod, namespace, pod, modelName) (${said(`${metric}{modelName!=""}`)})`,
  );
  return {
    users: `group by (namespace, pod, label_user) (${said('kube_pod_labels{label_user!=""}')})`,
    /** Slices of a GPU have no utilisation, whole ones may have no activity. */
    gpuModels: models.join(' or '),
    /** What GPU feature discovery says of a node. */
    gpuProducts:
      'group by (node, label_nvidia_com_gpu_product) ' +
      `(${said('kube_node_labels{label_nvidia_com_gpu_product!=""}')})`,
  };
}
