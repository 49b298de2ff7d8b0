import { PLAUSIBLE_LIMITS } from '@hopsmeter/usage';
import { chooseNamespaces } from '../namespaces/choose-namespaces.ts';
import { labelledNamespaces } from '../namespaces/labelled-query.ts';
import { explainEmpty } from '../prometheus/explain-empty.ts';
import { createPrometheusClient, type PrometheusOptions } from '../prometheus/prometheus-client.ts';
import { readPrometheusReach } from '../prometheus/read-reach.ts';
import type { Note, Source } from '../source.ts';
import { askUse } from './ask-use.ts';
import { type ComputeOptions, DELAY_MS } from './compute-options.ts';
import { createGpuNaming } from './gpu-names.ts';
import { mapPods } from './map-pods.ts';

const MINUTE_MS = 60_000;

export type PrometheusComputeOptions = ComputeOptions & { readonly prometheus: PrometheusOptions };

/**
 * What pods were allocated, as Prometheus recorded it: of each container the greater of what it asked for and what it
 * used, minute by minute, while its pod ran. An alternative to OpenCost: its events have the same ids.
 */
export function createPrometheusComputeSource(options: PrometheusComputeOptions): Source {
  const {
    clusterId,
    delayMs = DELAY_MS,
    isPerMember = false,
    limits = PLAUSIBLE_LIMITS,
    gpuShares,
    now = Date.now,
  } = options;
  const prometheus = createPrometheusClient(options.prometheus);
  const nameGpu = createGpuNaming(options.gpuModels);
  return {
    name: 'compute',
    kind: 'recorded',
    delayMs,
    readReach: (signal) => readPrometheusReach(prometheus, now, signal),
    async collect(window, signal) {
      const series = await askUse(prometheus, window, isPerMember, signal);
      const minutes = (Date.parse(window.end) - Date.parse(window.start)) / MINUTE_MS;
      const [empty] = [...series.there].filter(([, seen]) => seen === 0);
      if (empty !== undefined)
        throw await explainEmpty(prometheus, empty[0], window, series.serverTime ?? now(), signal);
      const labelled = await prometheus.at(labelledNamespaces(minutes * 60), Date.parse(window.end), signal);
      const { isProject, notes } = await chooseNamespaces(
        new Set(labelled.series.map(({ labels }) => labels.namespace ?? '')),
        options,
        signal,
      );
      const mapped = mapPods(series, window, { clusterId, limits, isPerMember, isProject, nameGpu, gpuShares });
      return { ...mapped, notes: [...notes, ...describeGaps(series.there, minutes)] };
    },
  };
}

function describeGaps(there: ReadonlyMap<string, number>, minutes: number): Note[] {
  return [...there]
    .filter(([, seen]) => seen < minutes)
    .map(([metric, seen]) => ({
      reason: 'seen_in_part',
      detail: `Prometheus has ${metric} of ${seen} of ${minutes} minutes`,
    }));
}
