import { readFileSync } from 'node:fs';
import { CLOCK_AHEAD_MAX, parseEvent, parseTime } from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { OpenCostError } from './allocation-answer.ts';
import { WHOLE_GPU } from './compute-sums.ts';
import { nameAsReported, QUARANTINE_REASONS } from './fault.ts';
import { findProjectNamespaces } from './labels.ts';
import { mapAllocations } from './map-allocations.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const WINDOW = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const CONTEXT = { clusterId: CLUSTER, clusterName: 'eu-west-1', window: WINDOW };

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../test-data/${name}`, import.meta.url), 'utf8'));
}

/** A row of `churn` that is fine, with changes. */
function row(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'churn',
    properties: { cluster: 'eu-west-1', namespace: 'churn' },
    window: WINDOW,
    ...WINDOW,
    minutes: 60,
    cpuCoreHours: 2.5,
    cpuCoreRequestAverage: 2,
    cpuCoreUsageAverage: 1.4,
    gpuHours: 0,
    ramByteHours: 10737418240,
    gpuAllocation: null,
    ...changes,
  };
}

/** A row of a pod with a GPU of a model for the whole hour, with changes. */
function gpuRow(
  gpuModel: string | undefined,
  changes: Record<string, unknown> = {},
  gpu: Record<string, unknown> = {},
) {
  return row({
    gpuHours: 1,
    gpuAllocation: { gpuModel, isGPUShared: false, gpuUsageAverage: 0.93, gpuRequestAverage: 1, ...gpu },
    ...changes,
  });
}

/** Of the row `eu-west-1/churn/trainer-0`. */
const POD = { cluster: 'eu-west-1', namespace: 'churn', pod: 'trainer-0' };

const H100 = 'NVIDIA H100 80GB HBM3';
const T4 = 'Tesla T4';

function answer(...sets: Record<string, unknown>[]): unknown {
  return { code: 200, status: 'success', data: sets };
}

describe('mapAllocations on a healthy answer', () => {
  const mapped = mapAllocations(readFixture('opencost-pod-1h.json'), CONTEXT);

  it('makes one event of every namespace, with its id, window and exact numbers', () => {
    expect(mapped.events.map(({ id, data }) => [id, data.cpuCoreHours, data.gpuHours, data.ramByteHours])).toEqual([
      ['compute/churn/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/-/A10', 2.5, 1, 10737418240],
      ['compute/fraud/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z', 0.00001, 0, 4395830020.881],
    ]);
    expect(mapped.quarantined).toEqual([]);
  });

  it('takes the GPU model from gpuAllocation', () => {
    expect(mapped.events.map(({ data }) => data.gpuModel)).toEqual(['A10', undefined]);
  });

  it('ignores rows that belong to nobody, and says so', () => {
    expect(mapped.ignored).toEqual([
      { name: 'eu-west-1/kube-system/coredns-5c8b', reason: 'system_namespace' },
      { name: 'eu-west-1/__unmounted__/__unmounted__', reason: 'system_row' },
      { name: '__idle__', reason: 'system_row' },
    ]);
    expect(mapped.seen).toMatchObject({ count: 3, minutesMax: 60, isPart: false });
  });

  it('makes events that ingest accepts', () => {
    const now = (parseTime(WINDOW.end) ?? 0) - CLOCK_AHEAD_MAX;
    for (const event of mapped.events)
      expect(parseEvent(JSON.parse(JSON.stringify(event)), { clusterId: CLUSTER, now }).ok).toBe(true);
  });

  it('never takes pod traffic for egress or volumes for storage', () => {
    expect(JSON.stringify(mapped.events)).not.toMatch(/network|transfer|278001431|8589934592/);
  });
});

describe('mapAllocations on a nasty answer', () => {
  it('quarantines what is null, negative or backwards and bills none of it', () => {
    const mapped = mapAllocations(readFixture('opencost-pod-1h-nasty.json'), CONTEXT);
    expect(mapped.events).toEqual([]);
    expect(mapped.quarantined).toEqual([
      {
        name: 'eu-west-1/churn/trainer-0',
        namespace: 'churn',
        reason: 'missing_number',
        detail: 'cpuCoreHours is null',
      },
      {
        name: 'eu-west-1/fraud/scoring-7d9f',
        namespace: 'fraud',
        reason: 'negative_number',
        detail:
          'cpuCoreHours is -0.04083; minutes is -2.45; the row ended 2026-11-22T13:42:30Z, began 2026-11-22T13:44:57Z',
      },
    ]);
    expect(mapped.ignored).toHaveLength(3);
  });

  const badRows: [string, (typeof QUARANTINE_REASONS)[number], unknown][] = [
    ['a row that is no object', 'unreadable_row', 7],
    ['a number that is text', 'unreadable_row', row({ cpuCoreHours: '2.5' })],
    ['null memory', 'missing_number', row({ ramByteHours: null })],
    ['missing GPU hours', 'missing_number', row({ gpuHours: undefined })],
    ['null minutes', 'missing_number', row({ minutes: null })],
    ['negative memory', 'negative_number', row({ ramByteHours: -1 })],
    ['the absurd number of the wild', 'negative_number', row({ cpuCoreHours: -138894009504962.98 })],
    ['an end before its start', 'end_before_start', row({ start: WINDOW.end, end: WINDOW.start })],
    ['a start years ahead', 'outside_window', row({ start: '2027-01-01T00:00:00Z', end: '2027-01-01T01:00:00Z' })],
    ['a start days before', 'outside_window', row({ start: '2026-11-20T13:00:00Z' })],
    ['a start that says "null"', 'outside_window', row({ start: 'null' })],
    ['more minutes than the window has', 'minutes_exceed_window', row({ minutes: 61.5 })],
    ['more than 512 cores', 'implausible', row({ cpuCoreHours: 512.00001 })],
    [
      'what OpenCost clamped to zero above 512 cores',
      'implausible',
      row({ cpuCoreHours: 0, cpuCoreRequestAverage: 600 }),
    ],
    ['more than 64 GPUs', 'implausible', row({ gpuHours: 65 })],
    ['another hour', 'other_window', row({ window: { start: '2026-11-22T12:00:00Z', end: WINDOW.start } })],
    ['another namespace inside', 'not_a_namespace', row({ properties: { cluster: 'eu-west-1', namespace: 'fraud' } })],
    [
      'a namespace of another cluster',
      'other_cluster',
      row({ properties: { cluster: 'us-east-1', namespace: 'churn' } }),
    ],
    ['a row without a cluster', 'missing_cluster', row({ properties: { namespace: 'churn' } })],
    ['a row with an empty cluster', 'missing_cluster', row({ properties: { cluster: '', namespace: 'churn' } })],
    ['a row without properties', 'missing_cluster', row({ properties: null })],
    ['no GPU-hours of a busy GPU', 'implausible', gpuRow(H100, { gpuHours: 0 }, { gpuRequestAverage: null })],
    ['no GPU-hours of a busy GPU without a name', 'implausible', row({ gpuAllocation: { gpuUsageAverage: 0.93 } })],
    ['no GPU-hours of a GPU that was asked for', 'implausible', row({ gpuAllocation: { gpuRequestAverage: 1 } })],
    ['65 GPUs that were asked for', 'implausible', gpuRow(H100, {}, { gpuRequestAverage: 65 })],
    ['a negative use of a GPU', 'negative_number', gpuRow(H100, {}, { gpuUsageAverage: -0.1 })],
    ['a shared GPU', 'shared_gpu', gpuRow(H100, {}, { isGPUShared: true })],
    ['a GPU that is shared in words', 'unreadable_row', gpuRow(H100, {}, { isGPUShared: 'yes' })],
    ['GPUs of a namespace under the model of one', 'summed_gpus', gpuRow(H100)],
    ['a GPU model that nobody named', 'unknown_gpu_model', gpuRow('HAL 9000', { properties: POD })],
    ['a GPU model with control characters', 'unreadable_row', gpuRow('H1\u000000', { properties: POD })],
    ['a GPU model that no id has room for', 'unreadable_row', gpuRow('x'.repeat(129), { properties: POD })],
  ];

  it.each(badRows)('quarantines %s as %s', (_what, reason, bad) => {
    const name = isOfPod(bad) ? 'eu-west-1/churn/trainer-0' : 'churn';
    const rows = { [name]: bad, fine: row({ properties: { cluster: 'eu-west-1' } }) };
    const nameGpu = (model: string) => (model === 'HAL 9000' ? undefined : nameAsReported(model));
    const mapped = mapAllocations(answer(rows), { ...CONTEXT, nameGpu });
    expect(mapped.quarantined.map((quarantined) => [quarantined.name, quarantined.reason])).toEqual([[name, reason]]);
    expect(mapped.events.map(({ data }) => data.namespace)).toEqual(['fine']);
  });

  it('quarantines names that no namespace can have', () => {
    const names = ['', 'Churn', 'a_b', 'cluster/churn', '-a', 'a'.repeat(64), 'churn/'];
    const rows = Object.fromEntries(names.map((name) => [name, row({ properties: { cluster: 'eu-west-1' } })]));
    expect(mapAllocations(answer(rows), CONTEXT).quarantined.map(({ reason }) => reason)).toEqual(
      names.map(() => 'not_a_namespace'),
    );
  });

  it('quarantines the second row of one namespace', () => {
    const mapped = mapAllocations(answer({ churn: row() }, { churn: row({ cpuCoreHours: 3 }) }), CONTEXT);
    expect(mapped.events.map(({ data }) => data.cpuCoreHours)).toEqual([2.5]);
    expect(mapped.quarantined.map(({ reason }) => reason)).toEqual(['repeated_namespace']);
  });

  it('reaches every reason by one of these tests', () => {
    const tested = new Set([...badRows.map(([, reason]) => reason), 'repeated_namespace']);
    expect([...tested].sort()).toEqual([...QUARANTINE_REASONS].sort());
  });
});

function isOfPod(row: unknown): boolean {
  return typeof row === 'object' && row !== null && 'properties' in row && row.properties === POD;
}

describe('mapAllocations on odd but honest answers', () => {
  it.each([
    ['a window that says "null"', row({ window: { start: 'null', end: 'null' } })],
    [
      'a window in another time zone',
      row({ window: { start: '2026-11-22T14:00:00+01:00', end: '2026-11-22T15:00:00+01:00' } }),
    ],
    ['fewer minutes than the window has', row({ minutes: 55, end: '2026-11-22T13:55:00Z' })],
    ['one minute more than the window has', row({ minutes: 61, end: '2026-11-22T14:01:00Z' })],
    ['exactly 512 cores', row({ cpuCoreHours: 512 })],
  ])('bills %s', (_what, fine) => {
    expect(mapAllocations(answer({ churn: fine }), CONTEXT).events).toHaveLength(1);
  });

  it('ignores a row without any usage', () => {
    const mapped = mapAllocations(answer({ churn: row({ cpuCoreHours: 0, ramByteHours: 0 }) }), CONTEXT);
    expect(mapped).toMatchObject({ events: [], quarantined: [], ignored: [{ name: 'churn', reason: 'no_usage' }] });
  });

  it.each([[[{}]], [[]], [null], [[null]]])('finds nothing in data %j', (data) => {
    const mapped = mapAllocations({ code: 200, status: 'success', data }, CONTEXT);
    expect(mapped).toMatchObject({ events: [], quarantined: [], ignored: [], seen: { count: 0 } });
  });

  it('throws a failed answer as one that can be asked again', () => {
    const failed = { code: 500, status: '', message: 'Error: error computing allocation', data: null };
    expect(() => mapAllocations(failed, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'ANSWER_FAILED', canRetry: true }),
    );
  });

  it.each([['text'], [null], [{ data: [] }], [{ code: 200, data: 'x' }]])('throws %j as unreadable', (unreadable) => {
    expect(() => mapAllocations(unreadable, CONTEXT)).toThrow(OpenCostError);
  });

  it('refuses a window that would give the same hour another id', () => {
    for (const start of ['2026-11-22T13:00:00.000Z', '2026-11-22T14:00:00+01:00', '2026-11-22T14:00:00Z'])
      expect(() => mapAllocations(answer(), { ...CONTEXT, window: { ...WINDOW, start } })).toThrow(RangeError);
  });

  it.each([[{ clusterName: '' }], [{ gpuShares: 0 }], [{ gpuShares: 1.5 }]])('refuses the settings %j', (settings) => {
    expect(() => mapAllocations(answer(), { ...CONTEXT, ...settings })).toThrow(RangeError);
  });

  it('judges rows by the limits of their cluster', () => {
    const large = row({ cpuCoreHours: 600 });
    const limits = { coresMax: 4_096n, gpusMax: 64n };
    expect(mapAllocations(answer({ churn: large }), { ...CONTEXT, limits }).events).toHaveLength(1);
    const small = { coresMax: 2n, gpusMax: 0n };
    expect(mapAllocations(answer({ churn: row() }), { ...CONTEXT, limits: small }).quarantined).toHaveLength(1);
  });
});

describe('mapAllocations on rows by namespace and pod', () => {
  /** The answer to `aggregate=namespace,pod`, or with the cluster in front. */
  const place = (rows: Record<string, Record<string, unknown>>, prefix = ''): unknown =>
    answer(
      Object.fromEntries(
        Object.entries(rows).map(([name, changed]) => {
          const [namespace, pod, container] = name.split('/');
          const properties = { cluster: 'eu-west-1', node: 'n1', namespace, pod, container };
          return [prefix + name, { ...changed, properties }];
        }),
      ),
    );

  const twoModels = {
    'churn/trainer-0': gpuRow(H100, { gpuHours: 4, cpuCoreHours: 0.1 }),
    'churn/trainer-1': gpuRow(H100, { gpuHours: 2.5, cpuCoreHours: 0.2 }),
    'churn/serving': gpuRow(T4),
    'churn/web': row(),
    'fraud/serving': gpuRow(T4),
  };

  it.each([[''], ['eu-west-1/'], ['eu-west-1/n1/'], ['n1/']])(
    'makes one event of each model, with names after "%s"',
    (prefix) => {
      const mapped = mapAllocations(place(twoModels, prefix), CONTEXT);
      const hour = '2026-11-22T13:00:00Z/2026-11-22T14:00:00Z';
      expect(mapped.quarantined).toEqual([]);
      expect(mapped.events.map(({ id, data }) => [id, data.gpuModel, data.gpuHours, data.cpuCoreHours])).toEqual([
        [`compute/churn/${hour}`, undefined, 0, 2.5],
        [`compute/churn/${hour}/-/${H100}`, H100, 6.5, 0.3],
        [`compute/churn/${hour}/-/${T4}`, T4, 1, 2.5],
        [`compute/fraud/${hour}/-/${T4}`, T4, 1, 2.5],
      ]);
    },
  );

  it('makes the same events whatever the order of the rows', () => {
    const inOrder = mapAllocations(place(twoModels), CONTEXT).events;
    const reversed = mapAllocations(place(Object.fromEntries(Object.entries(twoModels).reverse())), CONTEXT).events;
    expect(reversed).toEqual(inOrder);
  });

  it('takes the containers of a pod one by one', () => {
    const mapped = mapAllocations(
      place({ 'churn/p/cuda': gpuRow(H100), 'churn/p/sidecar': row(), 'churn/q/cuda': gpuRow(H100) }, 'eu-west-1/n1/'),
      CONTEXT,
    );
    expect(mapped.events.map(({ data }) => [data.gpuModel, data.gpuHours])).toEqual([
      [undefined, 0],
      [H100, 2],
    ]);
  });

  it('adds up to the last digit, as text where a number is too coarse', () => {
    const rows = { 'churn/a': row({ ramByteHours: 8_000_000_000_000.123 }), 'churn/b': row({ ramByteHours: 0.00001 }) };
    const [event] = mapAllocations(place(rows), CONTEXT).events;
    expect(event?.data.ramByteHours).toBe('8000000000000.12301');
    const now = (parseTime(WINDOW.end) ?? 0) - CLOCK_AHEAD_MAX;
    expect(parseEvent(event, { clusterId: CLUSTER, now }).ok).toBe(true);
  });

  it('quarantines one bad pod and bills the others', () => {
    const mapped = mapAllocations(place({ 'churn/a': row(), 'churn/b': row({ cpuCoreHours: -1 }) }), CONTEXT);
    expect(mapped.quarantined.map(({ name, reason }) => [name, reason])).toEqual([['churn/b', 'negative_number']]);
    expect(mapped.events.map(({ data }) => data.cpuCoreHours)).toEqual([2.5]);
  });

  it('never adds up the namespaces of two clusters', () => {
    const foreign = {
      ...row({ cpuCoreHours: 100 }),
      properties: { cluster: 'us-east-1', namespace: 'churn', pod: 'a' },
    };
    const own = { ...row(), properties: { cluster: 'eu-west-1', namespace: 'churn', pod: 'a' } };
    const mapped = mapAllocations(answer({ 'us-east-1/churn/a': foreign, 'eu-west-1/churn/a': own }), CONTEXT);
    expect(mapped.events.map(({ data }) => data.cpuCoreHours)).toEqual([2.5]);
    expect(mapped.quarantined).toEqual([
      {
        name: 'us-east-1/churn/a',
        namespace: 'churn',
        reason: 'other_cluster',
        detail: 'the row is about the cluster us-east-1, not eu-west-1',
      },
    ]);
  });

  it('counts no usage twice that the answer holds at two levels', () => {
    const mapped = mapAllocations(place({ churn: row(), 'churn/a': row(), 'churn/b': row() }), CONTEXT);
    expect(mapped.events.map(({ data }) => data.cpuCoreHours)).toEqual([2.5]);
    expect(mapped.quarantined.map(({ reason }) => reason)).toEqual(['repeated_namespace', 'repeated_namespace']);
  });

  it('divides shared GPUs as it is told, once and exactly', () => {
    const rows = {
      'churn/a': gpuRow(T4, {}, { isGPUShared: true }),
      'churn/b': gpuRow(T4, {}, { isGPUShared: true }),
      'churn/c': gpuRow(T4),
      'churn/d': gpuRow(T4, { gpuHours: 0 }, { isGPUShared: true, gpuUsageAverage: 0, gpuRequestAverage: 0 }),
    };
    const hours = (gpuShares: number) =>
      mapAllocations(place(rows), { ...CONTEXT, gpuShares }).events.map(({ data }) => data.gpuHours);
    expect(hours(4)).toEqual([1.5]);
    expect(hours(3)).toEqual([1.666666666667]);
    expect(hours(1)).toEqual([3]);
    const mapped = mapAllocations(place(rows), { ...CONTEXT, gpuShares: 4 });
    expect(mapped.quarantined.map(({ name, reason }) => [name, reason])).toEqual([['churn/d', 'shared_gpu']]);
  });

  it('makes events that ingest accepts of names as long as they get', () => {
    const namespace = 'n'.repeat(63);
    const [event] = mapAllocations(place({ [`${namespace}/p`]: gpuRow('x'.repeat(128)) }), CONTEXT).events;
    const now = (parseTime(WINDOW.end) ?? 0) - CLOCK_AHEAD_MAX;
    expect(parseEvent(event, { clusterId: CLUSTER, now }).ok).toBe(true);
  });

  it('ignores what belongs to nobody at every level', () => {
    const names = ['__idle__', 'eu-west-1/__idle__', 'eu-west-1/__unmounted__/__unmounted__', 'kube-system/dns'];
    const rows = names.map((name) => [
      name,
      row({ properties: { cluster: 'eu-west-1', namespace: name.includes('kube') ? 'kube-system' : undefined } }),
    ]);
    const mapped = mapAllocations(answer(Object.fromEntries(rows)), CONTEXT);
    expect(mapped.ignored.map(({ name }) => name)).toEqual(names);
    expect([...mapped.events, ...mapped.quarantined]).toEqual([]);
  });

  it('bills a slice of a GPU as its part, beside whole and shared ones', () => {
    const nameGpu = (model: string) =>
      model.endsWith('2g.20gb')
        ? { model: 'H100', part: { numerator: 2n, denominator: 7n } }
        : { model: 'H100', part: WHOLE_GPU };
    const rows = {
      'churn/a': gpuRow(`${H100} MIG 2g.20gb`),
      'churn/b': gpuRow(`${H100} MIG 2g.20gb`),
      'churn/c': gpuRow(H100),
      'churn/d': gpuRow(`${H100} MIG 2g.20gb`, {}, { isGPUShared: true }),
    };
    const mapped = mapAllocations(place(rows), { ...CONTEXT, nameGpu, gpuShares: 2 });
    // 1 + 4/7 + 2/14, each denominator divided once.
    expect(mapped.events.map(({ data }) => [data.gpuModel, data.gpuHours])).toEqual([['H100', 1.714285714286]]);
  });
});

describe('mapAllocations on labels', () => {
  const labelled = (namespace: string, pod: string, namespaceLabels?: object, labels?: object) => ({
    [`eu-west-1/${namespace}/${pod}`]: row({
      properties: { cluster: 'eu-west-1', namespace, pod, labels, namespaceLabels },
    }),
  });

  it.each(['hopsworks_ai_project', 'label_hopsworks_ai_project', 'hopsworks.ai/project'])(
    'knows the namespaces of projects by their label as %s',
    (label) => {
      const mixed = answer({
        ...labelled('churn', 'a', { [label]: 'churn', kubernetes_io_metadata_name: 'churn' }),
        ...labelled('fraud', 'a', { [label]: '' }),
        ...labelled('kyverno', 'a', { kubernetes_io_metadata_name: 'kyverno' }),
        'us-east-1/other/a': row({
          properties: { cluster: 'us-east-1', namespace: 'other', namespaceLabels: { [label]: 'other' } },
        }),
      });
      expect([...findProjectNamespaces(mixed, 'eu-west-1')]).toEqual(['churn']);
    },
  );

  it('ignores the namespaces that are no project as the platform, however wrong their rows are', () => {
    const rows = { ...labelled('churn', 'a'), ...labelled('kyverno', 'a') };
    const bad = {
      'eu-west-1/kyverno/b': row({ cpuCoreHours: null, properties: { ...POD, namespace: 'kyverno', pod: 'b' } }),
    };
    const isProject = (namespace: string) => namespace === 'churn';
    const mapped = mapAllocations(answer({ ...rows, ...bad }), { ...CONTEXT, isProject });
    expect(mapped.events.map(({ data }) => data.namespace)).toEqual(['churn']);
    expect(mapped.ignored.map(({ reason }) => reason)).toEqual(['system_namespace', 'system_namespace']);
    expect(mapped.quarantined).toEqual([]);
  });

  it('makes an event for each user where that is wanted, and one for what has no user', () => {
    const rows = answer({
      ...labelled('churn', 'a', {}, { user: 'john1234' }),
      ...labelled('churn', 'b', {}, { user: 'meb10000' }),
      ...labelled('churn', 'c', {}, { user: 'john1234', 'job-type': 'PYTHON' }),
      ...labelled('churn', 'd', {}, { 'job-type': 'docker-build' }),
      ...labelled('churn', 'e'),
    });
    const hour = `churn/${WINDOW.start}/${WINDOW.end}`;
    const made = (isPerMember: boolean) =>
      mapAllocations(rows, { ...CONTEXT, isPerMember }).events.map(({ id, subject, data }) => [
        id,
        subject,
        data.cpuCoreHours,
      ]);
    expect(made(true)).toEqual([
      [`compute/${hour}`, undefined, 5],
      [`compute/${hour}/john1234`, 'john1234', 5],
      [`compute/${hour}/meb10000`, 'meb10000', 2.5],
    ]);
    expect(made(false)).toEqual([[`compute/${hour}`, undefined, 12.5]]);
  });

  it('says when OpenCost saw a part of the window only, whatever pods ended by themselves', () => {
    const seen = (minutes: readonly number[]) =>
      mapAllocations(
        answer(
          Object.fromEntries(
            minutes.map((value, index) => [
              `n${index}`,
              row({ minutes: value, properties: { cluster: 'eu-west-1', namespace: `n${index}` } }),
            ]),
          ),
        ),
        CONTEXT,
      ).seen;
    expect(seen([60, 12, 59])).toMatchObject({ count: 3, minutesMax: 60, isPart: false });
    expect(seen([55, 12])).toMatchObject({ count: 2, minutesMax: 55, isPart: true });
    // A number from the wild proves nothing.
    expect(seen([55, 6_000])).toMatchObject({ minutesMax: 55, isPart: true });
  });
});
