import type { UsageEvent } from '@hopsmeter/client';
import {
  type RecordedPrometheus,
  type RecordedSeries,
  startRecordedPrometheus,
} from '@hopsmeter/test/support/sources/recorded-prometheus.ts';
import { parseEvent } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMoment } from '../asking/utc-hour.ts';
import { createPrometheusComputeSource, type PrometheusComputeOptions } from './create-prometheus-source.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;

/** Six hours ago, whenever this is played. */
const START = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 6 * HOUR_MS;
const HOUR = { start: formatMoment(START), end: formatMoment(START + HOUR_MS) };

type Minutes = readonly [from: number, to: number];

/** Scraped every half minute; half a minute before the end is the last sample, then it is stale after five minutes. */
const ALL: Minutes = [-10, 70];

function gauge(
  name: string,
  labels: Readonly<Record<string, string>>,
  value: (minute: number) => number,
  [from, to]: Minutes = ALL,
): RecordedSeries {
  const times = Array.from({ length: (to - from) * 2 }, (_, index) => from + index / 2);
  return { name, labels, samples: times.map((minute) => [START + minute * 60_000, value(minute)]) };
}

type Container = {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
  readonly node?: string;
  /** Phases by the minute; default: running all the time. */
  readonly runs?: Minutes;
  readonly requests?: Readonly<Record<string, number>>;
  /** Cores at a minute. */
  readonly cores?: (minute: number) => number;
  readonly ramGib?: number;
};

/** What the exporters say of a container; twice, as two replicas of kube-state-metrics do. */
function record({ namespace, pod, container = 'main', node = 'n1', runs = ALL, ...use }: Container): RecordedSeries[] {
  const place = { namespace, pod };
  const replicas = ['ksm-0', 'ksm-1'];
  const isRunning = (minute: number) => Number(minute >= runs[0] && minute < runs[1]);
  let seconds = 0;
  return [
    ...replicas.flatMap((instance) => [
      gauge('kube_pod_status_phase', { ...place, instance, phase: 'Running', uid: 'x' }, isRunning),
      gauge('kube_pod_status_phase', { ...place, instance, phase: 'Pending', uid: 'x' }, (at) => 1 - isRunning(at)),
      ...Object.entries(use.requests ?? {}).map(([resource, value]) =>
        gauge('kube_pod_container_resource_requests', { ...place, instance, container, node, resource }, () => value),
      ),
    ]),
    ...(use.cores === undefined
      ? []
      : ['', container].map((name) => {
          seconds = 0;
          // The pod's own cgroup has everything of its containers again.
          return gauge('container_cpu_usage_seconds_total', { ...place, container: name, id: `/${pod}` }, (at) => {
            const now = seconds;
            seconds += (use.cores?.(at) ?? 0) * 30;
            return now;
          });
        })),
    ...(use.ramGib === undefined
      ? []
      : ['', 'POD', container].map((name) =>
          gauge('container_memory_working_set_bytes', { ...place, container: name }, () => (use.ramGib ?? 0) * GIB),
        )),
  ];
}

const label = (name: string, labels: Readonly<Record<string, string>>) => gauge(name, labels, () => 1);

const dcgm = (namespace: string, pod: string, modelName: string, metric = 'DCGM_FI_DEV_GPU_UTIL') =>
  gauge(
    metric,
    { namespace: 'gpu', pod: 'dcgm-0', exported_namespace: namespace, exported_pod: pod, modelName },
    () => 0,
  );

let prometheus: RecordedPrometheus;

beforeAll(async () => {
  prometheus = await startRecordedPrometheus([
    ...['churn', 'fraud', 'vision'].map((namespace) =>
      label('kube_namespace_labels', { namespace, label_hopsworks_ai_project: namespace }),
    ),
    label('kube_namespace_labels', { namespace: 'kyverno' }),
    // Asks for two cores: uses one for half of the hour and four for the other half.
    ...record({
      namespace: 'churn',
      pod: 'trainer-0',
      requests: { cpu: 2, memory: 4 * GIB },
      cores: (minute) => (minute < 30 ? 1 : 4),
      ramGib: 3,
    }),
    ...record({ namespace: 'churn', pod: 'trainer-0', container: 'sidecar', cores: () => 0.25, ramGib: 0.5 }),
    // Waits in a queue all the time.
    ...record({ namespace: 'churn', pod: 'queued-0', requests: { cpu: 100, memory: 100 * GIB }, runs: [500, 501] }),
    // Ended after a third of the hour.
    ...record({ namespace: 'fraud', pod: 'job-0', requests: { cpu: 3, memory: 3 * GIB }, runs: [-10, 20.25] }),
    label('kube_pod_labels', { namespace: 'fraud', pod: 'job-0', label_user: 'meb10000' }),
    ...record({ namespace: 'kyverno', pod: 'a', requests: { cpu: 1, memory: GIB }, cores: () => 0, ramGib: 1 }),
    ...record({ namespace: 'vision', pod: 'h100', requests: { cpu: 1, nvidia_com_gpu: 2 } }),
    dcgm('vision', 'h100', 'NVIDIA H100 80GB HBM3'),
    dcgm('vision', 'h100', 'NVIDIA H100 80GB HBM3', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'),
    ...record({ namespace: 'vision', pod: 'slice', requests: { cpu: 1, nvidia_com_mig_3g_20gb: 1 } }),
    dcgm('vision', 'slice', 'NVIDIA A100-SXM4-40GB', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'),
    ...record({ namespace: 'vision', pod: 'share', node: 'n2', requests: { cpu: 1, nvidia_com_gpu_shared: 1 } }),
    label('kube_node_labels', { node: 'n2', label_nvidia_com_gpu_product: 'Tesla-T4-SHARED' }),
    ...record({ namespace: 'vision', pod: 'odd', requests: { cpu: 1, nvidia_com_gpu: 1 } }),
    dcgm('vision', 'odd', 'HAL 9000'),
    ...record({ namespace: 'vision', pod: 'absurd', requests: { cpu: 1_000 } }),
    ...record({ namespace: 'vision', pod: 'negative', requests: { cpu: -1 } }),
  ]);
});

afterAll(() => prometheus.close());

function collect(options: Partial<PrometheusComputeOptions> = {}, window = HOUR) {
  const source = createPrometheusComputeSource({
    clusterId: CLUSTER,
    prometheus: { url: new URL(prometheus.url) },
    ...options,
  });
  return source.collect(window, new AbortController().signal);
}

/** Rates are quotients of floats, so they are compared as a person would. */
const shown = (events: readonly UsageEvent[]) =>
  events.map(({ id, subject, data }) =>
    'cpuCoreHours' in data
      ? {
          id: id.replace(`/${HOUR.start}/${HOUR.end}`, ''),
          subject,
          cpu: Math.round(Number(data.cpuCoreHours) * 1e6) / 1e6,
          gpu: Number(data.gpuHours),
          ramGib: Number(data.ramByteHours) / GIB,
        }
      : {},
  );

describe('the compute source on Prometheus', () => {
  it('takes the greater of request and usage of running pods, minute by minute', async () => {
    const { events, notes } = await collect();
    const churn = shown(events).find(({ id }) => id === 'compute/churn');
    // Two cores for 30 minutes; the rate of five minutes climbs over two of them to four.
    expect(churn?.cpu).toBeGreaterThan((30 * 2 + 25 * 4) / 60 + 0.25);
    expect(churn?.cpu).toBeLessThan((30 * 2 + 30 * 4) / 60 + 0.25);
    expect(churn?.ramGib).toBe(4.5);
    const fraud = shown(events).find(({ id }) => id === 'compute/fraud');
    expect(fraud).toEqual({ id: 'compute/fraud', subject: undefined, cpu: 1, gpu: 0, ramGib: 1 });
    expect(notes).toEqual([]);
    const context = { clusterId: CLUSTER, now: Date.now() * 1_000 };
    expect(events.every((event) => parseEvent(event, context).ok)).toBe(true);
  });

  it('bills GPUs by model, slices as their part and shares as it is told', async () => {
    const { events } = await collect({ gpuShares: 4 });
    expect(shown(events).filter(({ id }) => id?.startsWith('compute/vision'))).toEqual([
      { id: 'compute/vision/-/A100', subject: undefined, cpu: 1, gpu: 0.428571428571, ramGib: 0 },
      { id: 'compute/vision/-/H100', subject: undefined, cpu: 1, gpu: 2, ramGib: 0 },
      { id: 'compute/vision/-/T4', subject: undefined, cpu: 1, gpu: 0.25, ramGib: 0 },
    ]);
  });

  it('quarantines what cannot be billed as it is, and ignores what is no project', async () => {
    const { quarantined, ignored } = await collect();
    expect(quarantined.map(({ name, reason }) => [name, reason])).toEqual([
      ['vision/absurd', 'implausible'],
      ['vision/negative', 'negative_number'],
      ['vision/odd', 'unknown_gpu_model'],
      ['vision/share', 'shared_gpu'],
    ]);
    expect(ignored).toEqual([{ name: 'kyverno/a', reason: 'system_namespace' }]);
  });

  it('makes an event for each member where it is told to', async () => {
    const { events } = await collect({ isPerMember: true });
    expect(shown(events).find(({ subject }) => subject === 'meb10000')).toMatchObject({
      id: 'compute/fraud/meb10000',
      cpu: 1,
    });
  });

  it('says of how many minutes it has samples, and takes none for no usage', async () => {
    // The samples end after 70 minutes and are known for five more.
    const next = { start: HOUR.end, end: formatMoment(START + 2 * HOUR_MS) };
    const { notes } = await collect({}, next);
    expect(notes?.map(({ reason, detail }) => [reason, detail])).toContainEqual([
      'seen_in_part',
      'Prometheus has kube_pod_status_phase of 14 of 60 minutes',
    ]);
    const later = { start: formatMoment(START + 3 * HOUR_MS), end: formatMoment(START + 4 * HOUR_MS) };
    await expect(collect({}, later)).rejects.toMatchObject({ code: 'ANSWER_FAILED', isRetryable: true });
  });

  it('takes no answer about an hour that is not over for Prometheus', async () => {
    const running = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS;
    const window = { start: formatMoment(running), end: formatMoment(running + HOUR_MS) };
    await expect(collect({}, window)).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
  });
});
