import {
  envelope,
  type FakeOpenCost,
  podRow,
  startFakeOpenCost,
} from '@hopsmeter/test/support/sources/fake-opencost.ts';
import { parseEvent, parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOpenCostSource, type OpenCostOptions } from './create-opencost-source.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const HOUR = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const DAY = { start: '2026-11-21T00:00:00Z', end: '2026-11-22T00:00:00Z' };
const NOW = Date.UTC(2026, 10, 22, 14, 10, 7);
const PROJECT = { namespaceLabels: { hopsworks_ai_project: 'churn' } };

let opencost: FakeOpenCost;

beforeAll(async () => {
  opencost = await startFakeOpenCost();
});

beforeEach(() => {
  opencost.windows.clear();
  opencost.byContainers.clear();
  opencost.questions.length = 0;
  opencost.now = NOW;
  opencost.prometheus = undefined;
});

afterAll(() => opencost.close());

function createSource(options: Partial<OpenCostOptions> = {}) {
  return createOpenCostSource({ url: opencost.url, clusterId: CLUSTER, clusterName: 'default-cluster', ...options });
}

const collect = (options: Partial<OpenCostOptions> = {}, window = HOUR) =>
  createSource(options).collect(window, new AbortController().signal);

const readReach = (options: Partial<OpenCostOptions> = {}) =>
  createSource(options).readReach?.(new AbortController().signal);

/** A row of `churn` with changes, beside one of the platform. */
const rows = (changes: Readonly<Record<string, unknown>> = {}, window = HOUR) => ({
  ...podRow({ namespace: 'kube-system', pod: 'dns' }, window),
  ...podRow({ namespace: 'churn', pod: 'trainer-0' }, window, { properties: PROJECT, ...changes }),
});

const gpu = (gpuModel: string | undefined, changes: object = {}) => ({
  gpuHours: 1,
  gpuAllocation: { gpuModel, isGPUShared: false, gpuUsageAverage: 0.9, gpuRequestAverage: 1, ...changes },
  properties: PROJECT,
});

describe('B1: a run that is late loses nothing', () => {
  it('asks for a closed hour by its two ends, whatever time it is', async () => {
    opencost.windows.set(HOUR.start, rows());
    opencost.now = NOW + 30 * 86_400_000;
    const { events, quarantined } = await collect();
    expect(events).toMatchObject([
      {
        id: 'compute/churn/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
        source: `urn:hopsworks:cluster:${CLUSTER}/collector/compute`,
        data: { cpuCoreHours: 2.5, gpuHours: 0, ramByteHours: 10_737_418_240 },
      },
    ]);
    expect(quarantined).toEqual([]);
    expect(opencost.questions.map(({ search }) => decodeURIComponent(search))).toEqual([
      '?window=2026-11-22T13:00:00Z,2026-11-22T14:00:00Z&aggregate=cluster,namespace,pod&resolution=1m' +
        '&includeAggregatedMetadata=true',
    ]);
    const now = parseTime('2026-11-22T15:00:00Z') ?? 0;
    expect(events.every((event) => parseEvent(event, { clusterId: CLUSTER, now }).ok)).toBe(true);
  });

  it('takes a whole day in the same way', async () => {
    opencost.windows.set(DAY.start, rows({ cpuCoreHours: 60 }, DAY));
    const { events } = await collect({}, DAY);
    expect(events.map(({ id, data }) => [id, data])).toMatchObject([
      ['compute/churn/2026-11-21T00:00:00Z/2026-11-22T00:00:00Z', { cpuCoreHours: 60 }],
    ]);
  });

  it('takes no answer about an hour that is not over for OpenCost', async () => {
    opencost.windows.set(HOUR.start, rows());
    opencost.now = Date.parse(HOUR.end) - 10_000;
    await expect(collect()).rejects.toMatchObject({ code: 'CLOCK_DIFFERS', isRetryable: true });
  });
});

describe('B5: what OpenCost gets wrong is never free', () => {
  it('quarantines what is negative, null or backwards, and bills the others of the namespace', async () => {
    opencost.windows.set(HOUR.start, {
      ...rows(),
      ...podRow({ namespace: 'churn', pod: 'a' }, HOUR, { properties: PROJECT, cpuCoreHours: -0.5 }),
      ...podRow({ namespace: 'churn', pod: 'b' }, HOUR, { properties: PROJECT, ramByteHours: null }),
      ...podRow({ namespace: 'churn', pod: 'c' }, HOUR, { properties: PROJECT, start: HOUR.end, end: HOUR.start }),
      ...podRow({ namespace: 'churn', pod: 'd' }, HOUR, {
        properties: PROJECT,
        window: { start: 'null', end: 'null' },
      }),
      ...podRow({ namespace: 'churn', pod: 'e', cluster: 'other' }, HOUR, { properties: PROJECT }),
    });
    const { events, quarantined } = await collect();
    expect(events.map(({ data }) => data)).toMatchObject([{ cpuCoreHours: 5 }]);
    expect(quarantined.map(({ name, namespace, reason }) => [name, namespace, reason])).toEqual([
      ['default-cluster/churn/a', 'churn', 'negative_number'],
      ['default-cluster/churn/b', 'churn', 'missing_number'],
      ['default-cluster/churn/c', 'churn', 'end_before_start'],
      ['other/churn/e', 'churn', 'other_cluster'],
    ]);
  });

  it.each([
    ['an empty set', [{}]],
    ['no set', []],
    ['null', null],
    ['a set that is null', [null]],
  ])('takes %s for an answer that failed, not for no usage', async (_, data) => {
    opencost.windows.set(HOUR.start, { status: 200, text: envelope(data) });
    await expect(collect()).rejects.toMatchObject({ code: 'ANSWER_FAILED', isRetryable: true });
  });

  it('gives an hour up only when it is old and OpenCost knows the newest one', async () => {
    opencost.now = NOW + 4 * 3_600_000;
    await expect(collect()).rejects.toMatchObject({ code: 'ANSWER_FAILED' });
    opencost.windows.set('2026-11-22T17:00:00Z', rows());
    await expect(collect()).rejects.toMatchObject({ code: 'NOT_KNOWN', isRetryable: false });
    // One OpenCost may have gone on without this cluster.
    opencost.windows.set(HOUR.start, podRow({ namespace: 'churn', pod: 'a', cluster: 'other' }, HOUR));
    await expect(collect()).rejects.toMatchObject({ code: 'NOT_KNOWN' });
  });

  it('sends nothing for a quiet hour of all projects, and takes it for known', async () => {
    opencost.windows.set(HOUR.start, podRow({ namespace: 'kube-system', pod: 'dns' }, HOUR));
    expect(await collect()).toMatchObject({ events: [], ignored: [{ reason: 'system_namespace' }] });
  });

  it('says what the cluster is called where it is called by another name', async () => {
    opencost.windows.set(HOUR.start, rows());
    const error = {
      code: 'ANSWER_FAILED',
      message: expect.stringContaining('of default-cluster: set OPENCOST_CLUSTER'),
    };
    await expect(collect({ clusterName: 'prod' })).rejects.toMatchObject(error);
  });

  it.each([
    ['a 500', { status: 500, text: '{"code":500,"message":"Error: no"}' }, 'ANSWER_FAILED'],
    [
      'a failure in the envelope',
      { status: 200, text: '{"code":500,"message":"Error: no","data":null}' },
      'ANSWER_FAILED',
    ],
    ['a refused window', { status: 400, text: "Invalid 'window' parameter: x" }, 'ANSWER_FAILED'],
    ['a page', { status: 200, text: '<html>' }, 'ANSWER_UNREADABLE'],
    ['another JSON', { status: 200, text: '{"data":[]}' }, 'ANSWER_UNREADABLE'],
    ['half an answer', 'cut off', 'ANSWER_UNREADABLE'],
    ['a long silence', 'hangs', 'TIMED_OUT'],
  ] as const)('asks again after %s', async (_, answer, code) => {
    opencost.windows.set(HOUR.start, answer);
    const timeoutMs = answer === 'hangs' ? 50 : 60_000;
    await expect(collect({ timeoutMs })).rejects.toMatchObject({ code, isRetryable: true });
  });
});

describe('B8: the resolution of OpenCost loses nothing unseen', () => {
  it('says when no pod of the whole cluster was seen for all of the window', async () => {
    opencost.windows.set(HOUR.start, rows({ minutes: 12 }));
    expect((await collect()).notes).toEqual([]);
    const dns = podRow({ namespace: 'kube-system', pod: 'dns' }, HOUR, { minutes: 55 });
    opencost.windows.set(HOUR.start, { ...rows({ minutes: 12 }), ...dns });
    expect(await collect()).toMatchObject({ events: [{}], notes: [{ reason: 'seen_in_part' }] });
  });
});

describe('the compute source', () => {
  const mixed = () => ({
    ...rows({ properties: {} }),
    ...podRow({ namespace: 'kyverno', pod: 'a' }, HOUR),
    ...podRow({ namespace: 'fraud', pod: 'a' }, HOUR),
  });
  const namespaces = async (options: Partial<OpenCostOptions> = {}) => {
    const { events, notes } = await collect(options);
    return [
      events.map(({ data }) => ('namespace' in data ? data.namespace : undefined)),
      notes?.map(({ reason }) => reason),
    ];
  };

  it('bills the namespaces that are labelled as projects', async () => {
    opencost.windows.set(HOUR.start, { ...mixed(), ...rows() });
    const readProjects = () => Promise.reject(new Error('not asked'));
    expect(await namespaces({ readProjects })).toEqual([['churn'], []]);
    expect(await namespaces({ ignoredNamespaces: ['churn'] })).toEqual([[], []]);
  });

  it('bills those that Hopsworks lists where OpenCost is not given any labels, and says so', async () => {
    opencost.windows.set(HOUR.start, mixed());
    const readProjects = () => Promise.resolve(new Set(['fraud', 'idle']));
    expect(await namespaces({ readProjects })).toEqual([['fraud'], ['no_project_labels']]);
  });

  it('bills all but the known ones of the platform where nobody says which are projects, and says so', async () => {
    opencost.windows.set(HOUR.start, mixed());
    const ignoredNamespaces = ['kyverno'];
    expect(await namespaces({ ignoredNamespaces })).toEqual([['churn', 'fraud'], ['no_project_labels']]);
  });

  it('names GPUs by the table and by what it is told, and quarantines the others', async () => {
    const pod = (name: string, model: string) => podRow({ namespace: 'churn', pod: name }, HOUR, gpu(model));
    opencost.windows.set(HOUR.start, {
      ...pod('a', 'NVIDIA H100 80GB HBM3'),
      ...pod('b', 'NVIDIA H100 PCIe'),
      ...pod('c', 'NVIDIA A100-SXM4-40GB MIG 3g.20gb'),
      ...pod('d', 'HAL 9000'),
      ...pod('e', 'HAL 9001'),
    });
    const { events, quarantined } = await collect({ gpuModels: { 'hal 9000': 'HAL' } });
    expect(events.map(({ data }) => ('gpuHours' in data ? [data.gpuModel, data.gpuHours] : []))).toEqual([
      ['A100', 0.428571428571],
      ['H100', 2],
      ['HAL', 1],
    ]);
    expect(quarantined.map(({ name, reason }) => [name, reason])).toEqual([
      ['default-cluster/churn/e', 'unknown_gpu_model'],
    ]);
  });

  it('asks by containers for a GPU model that OpenCost forgot, for the events that it makes otherwise', async () => {
    const h100 = gpu('NVIDIA H100 80GB HBM3');
    opencost.windows.set(HOUR.start, rows({ ...h100, cpuCoreHours: 0.00003 }));
    const remembered = await collect();
    expect(opencost.questions).toHaveLength(1);
    const container = (name: string, changes: Readonly<Record<string, unknown>>) =>
      Object.entries(podRow({ namespace: 'churn', pod: 'trainer-0' }, HOUR, changes)).map(
        ([pod, row]) => [`${pod}/${name}`, { ...(row as object), name: `${pod}/${name}` }] as const,
      );
    // Rounded by container they add up to 0.00004.
    opencost.byContainers.set(
      HOUR.start,
      Object.fromEntries([
        ...container('sidecar', { properties: PROJECT, cpuCoreHours: 0.00002 }),
        ...container('cuda', { ...h100, cpuCoreHours: 0.00002 }),
      ]),
    );
    opencost.windows.set(HOUR.start, rows({ ...gpu(undefined), gpuAllocation: null, cpuCoreHours: 0.00003 }));
    expect(await collect()).toEqual(remembered);
    expect(remembered.events).toMatchObject([{ data: { gpuModel: 'H100', gpuHours: 1, cpuCoreHours: 0.00003 } }]);
    opencost.byContainers.clear();
    expect((await collect()).events).toMatchObject([{ data: { gpuHours: 1 } }]);
  });

  it('makes an event for each member where it is told to', async () => {
    opencost.windows.set(HOUR.start, {
      ...rows({ properties: { ...PROJECT, labels: { user: 'meb10000', job_type: 'PYTHON' } } }),
      ...podRow({ namespace: 'churn', pod: 'build' }, HOUR, { properties: PROJECT }),
    });
    const { events } = await collect({ isPerMember: true });
    expect(events.map(({ subject }) => subject)).toEqual([undefined, 'meb10000']);
  });

  it('gives the same events to whoever asks, in the same order', async () => {
    opencost.windows.set(HOUR.start, {
      ...rows(),
      ...podRow({ namespace: 'a', pod: 'b' }, HOUR, { properties: PROJECT }),
    });
    const first = await collect();
    opencost.windows.set(HOUR.start, {
      ...podRow({ namespace: 'a', pod: 'b' }, HOUR, { properties: PROJECT }),
      ...rows(),
    });
    expect((await collect()).events).toEqual(first.events);
  });
});

describe('how far back OpenCost can be asked', () => {
  const vector = (...values: number[]) => ({
    status: 'success',
    data: {
      resultType: 'vector',
      result: values.map((value) => ({ metric: {}, value: [NOW / 1_000, String(value)] })),
    },
  });

  it('is 49 hours and 15 days without a Prometheus, by the clock of OpenCost', async () => {
    const reach = { hours: Date.UTC(2026, 10, 20, 14), days: Date.UTC(2026, 10, 8) };
    expect(await readReach({ now: () => 0 })).toEqual(reach);
    opencost.now = undefined;
    expect(await readReach({ now: () => NOW })).toEqual(reach);
  });

  it('has no known end where it knows an hour that it should have forgotten', async () => {
    opencost.windows.set(
      '2026-11-20T13:00:00Z',
      rows({}, { start: '2026-11-20T13:00:00Z', end: '2026-11-20T14:00:00Z' }),
    );
    expect(await readReach()).toEqual({ hours: undefined, days: Date.UTC(2026, 10, 8) });
  });

  it('looks only once an hour for more than it keeps by default', async () => {
    const source = createSource();
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) await source.readReach?.(signal);
    const asked = () => opencost.questions.filter(({ pathname }) => pathname === '/allocation/compute').length;
    expect(asked()).toBe(1);
    opencost.now = NOW + 3_600_000;
    expect((await source.readReach?.(signal))?.hours).toBe(Date.UTC(2026, 10, 20, 15));
    expect(asked()).toBe(2);
  });

  it('is what its Prometheus keeps where it has one', async () => {
    const oldest = Date.UTC(2026, 10, 8, 3, 20);
    opencost.prometheus = (query) => (query.startsWith('min(') ? vector(oldest / 1_000) : vector());
    expect(await readReach()).toEqual({ hours: Date.UTC(2026, 10, 8, 4), days: undefined });
  });

  it('has no known end where more stands behind its Prometheus, or where that says nothing', async () => {
    opencost.prometheus = (query) => (query.startsWith('min(') ? vector(NOW / 1_000 - 7_200) : vector(12));
    expect(await readReach()).toEqual({ hours: undefined, days: undefined });
    opencost.prometheus = () => vector();
    expect(await readReach()).toEqual({ hours: undefined, days: undefined });
  });
});
