import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_ERRORS, type EventErrorCode } from './errors.ts';
import { isDeferred } from './event.ts';
import { toExactUnits } from './exact-quantity.ts';
import { type ParseContext, type ParsedEvent, parseEvent } from './parse-event.ts';
import { formatTime, MICROS_PER_DAY, MICROS_PER_MS } from './time.ts';

const CLUSTER = '7f9c3a52-5a0e-4a3d-9d3f-0d7a4f1c2b11';
const SOURCE = `urn:hopsworks:cluster:${CLUSTER}`;
const NOW = Date.UTC(2026, 10, 22, 17) * MICROS_PER_MS;
const CONTEXT: ParseContext = { clusterId: CLUSTER, now: NOW };

type Json = Record<string, unknown>;

const window = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const envelope = { id: 'e1', source: SOURCE, specversion: '1.0' };
const compute: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.compute.v1',
  data: { namespace: 'ml', window, cpuCoreHours: 1.5, gpuHours: 0.25, ramByteHours: 2 ** 30, gpuModel: 'H100' },
};
const storage: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.storage.v1',
  data: { namespace: 'ml', window, onlineBytes: 2 ** 31, offlineBytes: '3221225472' },
};
const network: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.network.v1',
  data: { namespace: 'ml', window, egressBytes: 2 ** 29 },
};
const meter: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.meter.v1',
  time: '2026-11-22T13:30:00Z',
  subject: 'auth0|1',
  data: { meter: 'model_calls', quantity: '42.5' },
};

const correction: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.correction.v1',
  time: '2026-11-22T16:00:00Z',
  data: { replaces: 'e0', quantities: { ram_gb_hours: '0.5', cpu_hours: 1.5, gpu_hours: 0 }, reason: 'counted twice' },
};
const manifest: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.manifest.v1',
  data: { window, eventCount: 42, sums: { gpu_hours: 0, cpu_hours: '63.25' } },
};

const project: Json = {
  ...envelope,
  type: 'ai.hopsworks.usage.project.v1',
  time: '2026-11-22T16:00:00Z',
  data: {
    namespace: 'ml',
    projectName: 'ml',
    projectId: 119,
    owner: 'ada@example.com',
    createdAt: '2019-03-01T08:00:00Z',
    endedAt: '2026-11-22T15:00:00Z',
  },
};

/** The event with fields of its own or of its data changed; `undefined` removes one. */
const change = (event: Json, fields: Json, data: Json = {}): Json => ({
  ...event,
  ...('data' in fields ? {} : { data: { ...(event.data as Json), ...data } }),
  ...fields,
});
const changeData = (event: Json, data: Json): Json => change(event, {}, data);

/**
 * Through JSON, as it comes from a client: fields that are `undefined` are away, `__proto__` is a field like others.
 */
const parse = (event: unknown): ParsedEvent => parseEvent(JSON.parse(JSON.stringify(event)), CONTEXT);

function accept(event: unknown) {
  const parsed = parse(event);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.event;
}

/** An event that says what was used. */
function acceptUsage(event: unknown) {
  const accepted = accept(event);
  if (isDeferred(accepted)) throw new Error(`a ${accepted.type} is no usage`);
  return accepted;
}

const usagesOf = (event: unknown) =>
  Object.fromEntries(acceptUsage(event).usages.map(({ meter, quantity }) => [meter, quantity]));

function problemsOf(event: unknown): [EventErrorCode, string][] {
  const parsed = parse(event);
  return parsed.ok ? [] : parsed.problems.map(({ code, pointer }) => [code, pointer]);
}

describe('events that are accepted', () => {
  it('reads all that a compute event says', () => {
    expect(accept({ ...compute, subject: 'auth0|1', time: '2026-11-22T14:00:01Z' })).toEqual({
      id: 'e1',
      sourcePath: '',
      type: 'compute',
      subject: 'auth0|1',
      namespace: 'ml',
      gpuModel: 'H100',
      start: Date.UTC(2026, 10, 22, 13) * MICROS_PER_MS,
      end: Date.UTC(2026, 10, 22, 14) * MICROS_PER_MS,
      usages: [
        { meter: 'cpu_hours', quantity: '1.5' },
        { meter: 'gpu_hours', quantity: '0.25' },
        { meter: 'ram_gb_hours', quantity: '1' },
      ],
    });
  });

  it('turns stored bytes into GB-hours by the length of the window', () => {
    expect(usagesOf(storage)).toEqual({ online_storage_gb_hours: '2', offline_storage_gb_hours: '3' });
    const halfHour = { start: window.start, end: '2026-11-22T13:30:00Z' };
    expect(usagesOf(changeData(storage, { window: halfHour }))).toEqual({
      online_storage_gb_hours: '1',
      offline_storage_gb_hours: '1.5',
    });
  });

  it('turns sent bytes into GB of 2^30', () => {
    expect(usagesOf(network)).toEqual({ network_egress_gb: '0.5' });
    expect(usagesOf(changeData(network, { egressBytes: 1 }))).toEqual({
      network_egress_gb: '0.000000000931322574615478515625',
    });
  });

  it('takes a meter event at an instant', () => {
    const at = Date.UTC(2026, 10, 22, 13, 30) * MICROS_PER_MS;
    expect(acceptUsage(meter)).toMatchObject({
      usages: [{ meter: 'model_calls', quantity: '42.5' }],
      start: at,
      end: at,
    });
  });

  it('takes a meter event with a window and a namespace instead', () => {
    const event = acceptUsage(change(meter, { time: undefined, subject: undefined }, { window, namespace: 'ml' }));
    expect(event).toMatchObject({ namespace: 'ml', subject: undefined });
    expect(event.end - event.start).toBe(3_600_000_000);
  });

  it('reads a number and its decimal text as the same quantity', () => {
    for (const value of [0.1, 1e-7, 3, 12.345678901234])
      expect(usagesOf(changeData(compute, { cpuCoreHours: value }))).toEqual(
        usagesOf(changeData(compute, { cpuCoreHours: String(value) })),
      );
    expect(usagesOf(changeData(compute, { cpuCoreHours: 0.1 }))).toMatchObject({ cpu_hours: '0.1' });
  });

  it('keeps no zeros', () => {
    expect(usagesOf(changeData(compute, { cpuCoreHours: 0, gpuHours: '0.000', ramByteHours: -0 }))).toEqual({});
  });

  it('takes storage of which one part was measured, and says nothing of the other', () => {
    const online = { online_storage_gb_hours: '2' };
    expect(usagesOf(storage)).toMatchObject({ ...online, offline_storage_gb_hours: '3' });
    for (const offlineBytes of [undefined, null])
      expect(usagesOf(changeData(storage, { offlineBytes }))).toEqual(online);
    expect(usagesOf(changeData(storage, { onlineBytes: undefined }))).toEqual({ offline_storage_gb_hours: '3' });
    expect(usagesOf(changeData(storage, { onlineBytes: undefined, offlineBytes: 0 }))).toEqual({});
  });

  it('takes null for what may be absent', () => {
    expect(accept(change(compute, { time: null, subject: null, data_base64: null }, { gpuModel: null }))).toMatchObject(
      {
        subject: undefined,
        gpuModel: undefined,
      },
    );
    expect(accept(change(meter, {}, { namespace: null, window: null }))).toMatchObject({ namespace: undefined });
  });

  it('reads all that a correction says, its meters by name and without zeros', () => {
    expect(accept({ ...correction, source: `${SOURCE}/collector`, subject: 'auth0|1' })).toEqual({
      id: 'e1',
      sourcePath: '/collector',
      type: 'correction',
      replaces: 'e0',
      correctedAt: Date.UTC(2026, 10, 22, 16) * MICROS_PER_MS,
      usages: [
        { meter: 'cpu_hours', quantity: '1.5' },
        { meter: 'ram_gb_hours', quantity: '0.5' },
      ],
      reason: 'counted twice',
    });
  });

  it.each([
    ['no quantities', { quantities: undefined }],
    ['null', { quantities: null }],
    ['an empty object', { quantities: {} }],
    ['nothing but zeros', { quantities: { cpu_hours: 0, gpu_hours: '0.0' } }],
  ])('takes a correction with %s as a void', (_name, data) => {
    expect(accept(changeData(correction, { ...data, reason: undefined }))).toMatchObject({
      usages: [],
      reason: undefined,
    });
  });

  it('reads all that a manifest says, zeros included', () => {
    expect(accept(manifest)).toEqual({
      id: 'e1',
      sourcePath: '',
      type: 'manifest',
      start: Date.UTC(2026, 10, 22, 13) * MICROS_PER_MS,
      end: Date.UTC(2026, 10, 22, 14) * MICROS_PER_MS,
      eventCount: 42,
      sums: [
        { meter: 'cpu_hours', quantity: '63.25' },
        { meter: 'gpu_hours', quantity: '0' },
      ],
    });
    expect(accept(changeData(manifest, { sums: undefined, eventCount: 0 }))).toMatchObject({ sums: [], eventCount: 0 });
    const missing = { eventCount: 0, sums: {}, missing: 'OpenCost did not answer' };
    expect(accept(changeData(manifest, missing))).toMatchObject({ eventCount: 0, missing: missing.missing });
  });

  it('takes a count of -0, which JSON has, as 0', () => {
    const event = changeData(manifest, { eventCount: -0 });
    expect(parseEvent(event, CONTEXT)).toMatchObject({ ok: true, event: { eventCount: 0 } });
  });

  it('reads all that a report of a project says, however long ago the project was created', () => {
    expect(accept(project)).toEqual({
      id: 'e1',
      sourcePath: '',
      type: 'project',
      namespace: 'ml',
      projectName: 'ml',
      projectId: 119,
      owner: 'ada@example.com',
      reportedAt: Date.UTC(2026, 10, 22, 16) * MICROS_PER_MS,
      createdAt: Date.UTC(2019, 2, 1, 8) * MICROS_PER_MS,
      endedAt: Date.UTC(2026, 10, 22, 15) * MICROS_PER_MS,
    });
    for (const endedAt of [null, undefined])
      expect(accept(changeData(project, { endedAt }))).toMatchObject({ endedAt: undefined });
  });

  it('tells the events that speak about others from those that say what was used', () => {
    const isAbout = (event: Json) => isDeferred(accept(event));
    expect([compute, storage, network, meter].map(isAbout)).toEqual([false, false, false, false]);
    expect([correction, manifest, project].map(isAbout)).toEqual([true, true, true]);
  });

  it('takes a hundred meters in one correction', () => {
    expect(accept(changeData(correction, { quantities: manyMeters(100) }))).toMatchObject({ type: 'correction' });
  });

  it('ignores extension attributes', () => {
    expect(accept({ ...compute, traceparent: '00-ab', datacontenttype: 'application/json', ext: { a: 1 } })).toEqual(
      accept(compute),
    );
  });

  it.each([
    [SOURCE, ''],
    [`${SOURCE}/collector/1`, '/collector/1'],
    [`${SOURCE}:opencost`, ':opencost'],
    [`${SOURCE}/`, '/'],
  ])('takes the source %s', (source, sourcePath) => {
    expect(accept({ ...compute, source }).sourcePath).toBe(sourcePath);
  });

  it('takes texts at their longest', () => {
    accept({ ...compute, id: 'i'.repeat(256), subject: 's'.repeat(255), source: `${SOURCE}/`.padEnd(512, 'x') });
    accept(changeData(compute, { namespace: 'n'.repeat(253), gpuModel: 'g'.repeat(253) }));
    accept(changeData(meter, { meter: 'm'.repeat(253) }));
  });

  it('takes times up to 5 minutes ahead and 400 days back', () => {
    accept(change(meter, { time: formatTime(NOW + 5 * 60_000_000) }));
    accept(change(meter, { time: formatTime(NOW - 400 * MICROS_PER_DAY) }));
    accept(changeData(compute, { window: { start: window.start, end: formatTime(NOW + 5 * 60_000_000) } }));
  });

  it('takes a million billion units', () => {
    expect(usagesOf(changeData(meter, { quantity: 1e15 }))).toEqual({ model_calls: '1000000000000000' });
  });
});

const manyMeters = (count: number): Json =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`meter_${i}`, 1]));

/** Every way to be refused: the event, its codes and where they point. */
const REFUSED: [string, unknown, ...[EventErrorCode, string][]][] = [
  ['null', null, ['NOT_AN_OBJECT', '']],
  ['a text', 'event', ['NOT_AN_OBJECT', '']],
  ['a number', 1, ['NOT_AN_OBJECT', '']],
  ['an array', [compute], ['NOT_AN_OBJECT', '']],
  [
    'an empty object',
    {},
    ['MISSING_FIELD', '/id'],
    ['MISSING_FIELD', '/source'],
    ['MISSING_FIELD', '/specversion'],
    ['MISSING_FIELD', '/type'],
  ],
  ['an unknown type', { ...compute, type: 'com.example.other.v1' }, ['UNKNOWN_EVENT_TYPE', '/type']],
  ['a type that every object has', { ...compute, type: 'constructor' }, ['UNKNOWN_EVENT_TYPE', '/type']],
  ['a type of another JSON type', { ...compute, type: 7 }, ['WRONG_TYPE', '/type']],
  ['another CloudEvents version', { ...compute, specversion: '0.3' }, ['UNSUPPORTED_SPEC_VERSION', '/specversion']],
  ['a version as a number', { ...compute, specversion: 1.0 }, ['UNSUPPORTED_SPEC_VERSION', '/specversion']],
  ['no id', { ...compute, id: undefined }, ['MISSING_FIELD', '/id']],
  ['an id that is a number', { ...compute, id: 7 }, ['WRONG_TYPE', '/id']],
  ['an empty id', { ...compute, id: '' }, ['INVALID_TEXT', '/id']],
  ['a long id', { ...compute, id: 'i'.repeat(257) }, ['INVALID_TEXT', '/id']],
  ['NUL in the id', { ...compute, id: 'a\0b' }, ['INVALID_TEXT', '/id']],
  ['half a surrogate pair in the id', { ...compute, id: 'a\ud800' }, ['INVALID_TEXT', '/id']],
  ['a line break in the subject', { ...compute, subject: 'a\nb' }, ['INVALID_TEXT', '/subject']],
  ['a long subject', { ...compute, subject: 's'.repeat(256) }, ['INVALID_TEXT', '/subject']],
  ['an empty namespace', changeData(compute, { namespace: '' }), ['INVALID_TEXT', '/data/namespace']],
  ['a GPU model of white space', changeData(compute, { gpuModel: ' \u00a0 ' }), ['INVALID_TEXT', '/data/gpuModel']],
  ['a long GPU model', changeData(compute, { gpuModel: 'g'.repeat(254) }), ['INVALID_TEXT', '/data/gpuModel']],
  ['an empty meter', changeData(meter, { meter: '' }), ['INVALID_TEXT', '/data/meter']],
  ['neither subject nor namespace', change(meter, { subject: undefined }), ['MISSING_FIELD', '/subject']],
  ['another cluster', { ...compute, source: 'urn:hopsworks:cluster:other' }, ['FOREIGN_SOURCE', '/source']],
  ['a longer cluster id', { ...compute, source: `${SOURCE}0` }, ['FOREIGN_SOURCE', '/source']],
  ['a cluster id in capitals', { ...compute, source: SOURCE.toUpperCase() }, ['FOREIGN_SOURCE', '/source']],
  ['a long source', { ...compute, source: `${SOURCE}/`.padEnd(513, 'x') }, ['INVALID_TEXT', '/source']],
  ['a control character in the source', { ...compute, source: `${SOURCE}/\u0001` }, ['INVALID_TEXT', '/source']],
  ['binary data', { ...compute, data: undefined, data_base64: 'AA==' }, ['UNSUPPORTED_DATA', '/data_base64']],
  ['no data', { ...compute, data: undefined }, ['MISSING_FIELD', '/data']],
  ['data as a text', { ...compute, data: '{}' }, ['WRONG_TYPE', '/data']],
  ['a missing quantity', changeData(compute, { gpuHours: undefined }), ['MISSING_FIELD', '/data/gpuHours']],
  [
    'storage of which nothing was measured',
    changeData(storage, { onlineBytes: undefined, offlineBytes: null }),
    ['MISSING_FIELD', '/data/onlineBytes'],
  ],
  ['a quantity that is null', changeData(compute, { gpuHours: null }), ['WRONG_TYPE', '/data/gpuHours']],
  ['a misspelt field', changeData(compute, { gpuhours: 1 }), ['UNKNOWN_FIELD', '/data/gpuhours']],
  ['a field with a slash', changeData(compute, { 'a/b~c': 1 }), ['UNKNOWN_FIELD', '/data/a~1b~0c']],
  ['no window', changeData(compute, { window: undefined }), ['MISSING_FIELD', '/data/window']],
  ['half a window', changeData(compute, { window: { start: window.start } }), ['MISSING_FIELD', '/data/window/end']],
  ['neither time nor window', change(meter, { time: undefined }), ['MISSING_FIELD', '/time']],
  ['an empty time', change(compute, { time: '' }), ['INVALID_TIME', '/time']],
  [
    'a day that does not exist',
    changeData(compute, { window: { ...window, start: '2026-02-30T00:00:00Z' } }),
    ['INVALID_TIME', '/data/window/start'],
  ],
  [
    'bytes over a window that begins on a day that does not exist',
    changeData(storage, { window: { ...window, start: '2026-02-30T00:00:00Z' } }),
    ['INVALID_TIME', '/data/window/start'],
  ],
  [
    'bytes over a window that ends on a day that does not exist',
    changeData(storage, { window: { ...window, end: '2026-02-30T00:00:00Z' } }),
    ['INVALID_TIME', '/data/window/end'],
  ],
  [
    'bytes over a window of nothing but words',
    changeData(storage, { window: { start: 'yesterday', end: 'today' } }),
    ['INVALID_TIME', '/data/window/start'],
    ['INVALID_TIME', '/data/window/end'],
  ],
  ['negative stored bytes', changeData(storage, { offlineBytes: -1 }), ['NEGATIVE_QUANTITY', '/data/offlineBytes']],
  [
    'a window of no length',
    changeData(compute, { window: { ...window, end: window.start } }),
    ['INVALID_WINDOW', '/data/window'],
  ],
  [
    'a window that ends before it starts',
    changeData(storage, { window: { start: window.end, end: window.start } }),
    ['INVALID_WINDOW', '/data/window'],
  ],
  [
    'a time more than 5 minutes ahead',
    change(meter, { time: formatTime(NOW + 5 * 60_000_000 + 1) }),
    ['TIME_IN_FUTURE', '/time'],
  ],
  [
    'a window that ends more than 5 minutes ahead',
    changeData(compute, { window: { ...window, end: '2026-11-22T17:05:00.000001Z' } }),
    ['TIME_IN_FUTURE', '/data/window/end'],
  ],
  [
    'usage of more than 400 days ago',
    change(meter, { time: formatTime(NOW - 400 * MICROS_PER_DAY - 1) }),
    ['TIME_TOO_OLD', '/time'],
  ],
  [
    'a window that began more than 400 days ago',
    changeData(compute, { window: { ...window, start: '2025-10-18T16:59:59Z' } }),
    ['TIME_TOO_OLD', '/data/window/start'],
  ],
  ['a quantity in words', changeData(compute, { cpuCoreHours: 'two' }), ['INVALID_QUANTITY', '/data/cpuCoreHours']],
  ['NaN as a text', changeData(compute, { ramByteHours: 'NaN' }), ['INVALID_QUANTITY', '/data/ramByteHours']],
  ['a negative quantity', changeData(network, { egressBytes: -1 }), ['NEGATIVE_QUANTITY', '/data/egressBytes']],
  [
    'the smallest negative quantity',
    changeData(meter, { quantity: '-1e-400' }),
    ['NEGATIVE_QUANTITY', '/data/quantity'],
  ],
  [
    'a quantity above the largest',
    changeData(meter, { quantity: '1000000000000000.000000000001' }),
    ['QUANTITY_TOO_LARGE', '/data/quantity'],
  ],
  [
    'a quantity of 400 digits',
    changeData(storage, { onlineBytes: '9e400' }),
    ['QUANTITY_TOO_LARGE', '/data/onlineBytes'],
  ],
  [
    'the largest JSON number',
    changeData(compute, { cpuCoreHours: Number.MAX_VALUE }),
    ['QUANTITY_TOO_LARGE', '/data/cpuCoreHours'],
  ],
  ['a correction without a time', change(correction, { time: undefined }), ['MISSING_FIELD', '/time']],
  [
    'a correction of more than 400 days ago',
    change(correction, { time: formatTime(NOW - 400 * MICROS_PER_DAY - 1) }),
    ['TIME_TOO_OLD', '/time'],
  ],
  ['a correction of nothing', changeData(correction, { replaces: undefined }), ['MISSING_FIELD', '/data/replaces']],
  ['a correction of itself', changeData(correction, { replaces: 'e1' }), ['REPLACES_ITSELF', '/data/replaces']],
  [
    'a correction of an id too long',
    changeData(correction, { replaces: 'i'.repeat(257) }),
    ['INVALID_TEXT', '/data/replaces'],
  ],
  ['a long reason', changeData(correction, { reason: 'r'.repeat(501) }), ['INVALID_TEXT', '/data/reason']],
  ['a correction with a window', changeData(correction, { window }), ['UNKNOWN_FIELD', '/data/window']],
  ['a list of quantities', changeData(correction, { quantities: [1] }), ['WRONG_TYPE', '/data/quantities']],
  [
    'wrong quantities of a correction',
    changeData(correction, { quantities: { a: -1, 'b/~': 'x', '': 1 } }),
    ['INVALID_TEXT', '/data/quantities/'],
    ['NEGATIVE_QUANTITY', '/data/quantities/a'],
    ['INVALID_QUANTITY', '/data/quantities/b~1~0'],
  ],
  [
    'a quantity of a correction that is no number',
    changeData(correction, { quantities: { cpu_hours: true } }),
    ['WRONG_TYPE', '/data/quantities/cpu_hours'],
  ],
  ['101 meters', changeData(correction, { quantities: manyMeters(101) }), ['TOO_MANY_METERS', '/data/quantities']],
  ['an empty id of a correction', { ...correction, id: '' }, ['INVALID_TEXT', '/id']],
  ['an empty id of a manifest', { ...manifest, id: '' }, ['INVALID_TEXT', '/id']],
  ['a manifest whose time is ahead', change(manifest, { time: '2026-11-22T18:00:00Z' }), ['TIME_IN_FUTURE', '/time']],
  ['a manifest without a window', changeData(manifest, { window: undefined }), ['MISSING_FIELD', '/data/window']],
  ['a manifest of half an event', changeData(manifest, { eventCount: 0.5 }), ['INVALID_COUNT', '/data/eventCount']],
  ['a manifest of -1 events', changeData(manifest, { eventCount: -1 }), ['INVALID_COUNT', '/data/eventCount']],
  ...['', ' ', 'a\nb', 'm'.repeat(201)].map((missing): (typeof REFUSED)[number] => [
    `the reason ${JSON.stringify(missing)} for a missing window`,
    changeData(manifest, { eventCount: 0, sums: null, missing }),
    ['INVALID_TEXT', '/data/missing'],
  ]),
  [
    'a missing window with usage',
    changeData(manifest, { missing: 'OpenCost did not answer' }),
    ['MISSING_WITH_USAGE', '/data/eventCount'],
    ['MISSING_WITH_USAGE', '/data/sums'],
  ],
  ['a count as a text', changeData(manifest, { eventCount: '42' }), ['WRONG_TYPE', '/data/eventCount']],
  [
    'a negative sum',
    changeData(manifest, { sums: { cpu_hours: '-1' } }),
    ['NEGATIVE_QUANTITY', '/data/sums/cpu_hours'],
  ],
  [
    'a project of antiquity',
    changeData(project, { createdAt: '0001-01-01T00:00:00Z' }),
    ['INVALID_TIME', '/data/createdAt'],
  ],
  ['a project without a time', change(project, { time: undefined }), ['MISSING_FIELD', '/time']],
  ['a project without an owner', changeData(project, { owner: undefined }), ['MISSING_FIELD', '/data/owner']],
  ['a project of nobody', changeData(project, { owner: '' }), ['INVALID_TEXT', '/data/owner']],
  ['a project whose id is a half', changeData(project, { projectId: 0.5 }), ['INVALID_COUNT', '/data/projectId']],
  ['a project id as a text', changeData(project, { projectId: '119' }), ['WRONG_TYPE', '/data/projectId']],
  ['a project without a namespace', changeData(project, { namespace: '' }), ['INVALID_TEXT', '/data/namespace']],
  [
    'a project that begins ahead of our clock',
    changeData(project, { createdAt: '2027-01-01T00:00:00Z' }),
    ['TIME_IN_FUTURE', '/data/createdAt'],
  ],
  [
    'a project that begins after its report',
    changeData(project, { createdAt: '2026-11-22T16:00:01Z' }),
    ['INVALID_WINDOW', '/data/createdAt'],
    ['INVALID_WINDOW', '/data/endedAt'],
  ],
  [
    'a project that ends before it begins',
    changeData(project, { endedAt: '2019-03-01T08:00:00Z' }),
    ['INVALID_WINDOW', '/data/endedAt'],
  ],
  [
    'a project that ends after its report',
    changeData(project, { endedAt: '2026-11-22T16:00:01Z' }),
    ['INVALID_WINDOW', '/data/endedAt'],
  ],
  [
    'everything wrong at once, all told together',
    change(compute, { id: '', source: 'x' }, { cpuCoreHours: -1, gpuHours: 'x', window: { ...window, end: 'x' } }),
    ['INVALID_TEXT', '/id'],
    ['FOREIGN_SOURCE', '/source'],
    ['INVALID_TIME', '/data/window/end'],
    ['NEGATIVE_QUANTITY', '/data/cpuCoreHours'],
    ['INVALID_QUANTITY', '/data/gpuHours'],
  ],
];

describe('events that are refused', () => {
  it.each(REFUSED)('refuses %s', (_name, event, ...expected) => {
    expect(problemsOf(event)).toEqual(expected);
  });

  /** What a person reads: what was expected, and what came. */
  const DETAILS: [unknown, string][] = [
    [null, 'expected a JSON object'],
    [{ ...compute, data_base64: 'AA==' }, 'send JSON in data'],
    [
      { ...compute, type: 'com.example.other.v1' },
      `expected one of ${['compute', 'storage', 'network', 'meter', 'correction', 'manifest', 'project']
        .map((type) => `ai.hopsworks.usage.${type}.v1`)
        .join(', ')}`,
    ],
    [{ ...compute, specversion: '0.3' }, 'expected "1.0"'],
    [{ ...compute, id: undefined }, 'required'],
    [{ ...compute, id: ['e1'] }, 'expected string, found array'],
    [{ ...compute, id: {} }, 'expected string, found object'],
    [{ ...compute, id: true }, 'expected string, found boolean'],
    [{ ...compute, data: '{}' }, 'expected object, found string'],
    [{ ...compute, id: 'i'.repeat(257) }, '257 characters, at most 256 are allowed'],
    [{ ...compute, id: '' }, 'must not be empty nor hold control characters or lone surrogates'],
    [{ ...compute, id: '\n'.repeat(256) }, 'must not be empty nor hold control characters or lone surrogates'],
    [{ ...compute, source: `${SOURCE}/`.padEnd(513, 'x') }, '513 characters, at most 512 are allowed'],
    [{ ...compute, source: 'x' }, `expected ${SOURCE} or a source below it`],
    [changeData(compute, { gpuhours: 1 }), 'not a field of this event type'],
    [changeData(compute, { gpuHours: null }), 'expected number or decimal string, found null'],
    [
      changeData(compute, { cpuCoreHours: 'two' }),
      'expected a finite decimal number, as a JSON number or a decimal string',
    ],
    [changeData(network, { egressBytes: -1 }), 'a quantity is never negative'],
    [changeData(meter, { quantity: 1e16 }), 'at most 1000000000000000 units in one event'],
    [changeData(meter, { meter: '' }), 'expected the name of a registered meter'],
    [change(meter, { subject: undefined }), 'required when data names no namespace'],
    [change(meter, { time: undefined }), 'an event without a window needs its time'],
    [change(compute, { time: '' }), 'expected RFC 3339 such as 2026-11-22T13:00:00Z'],
    [change(meter, { time: '2027-01-01T00:00:00Z' }), 'more than 5 minutes ahead of our clock'],
    [change(meter, { time: '2025-01-01T00:00:00Z' }), 'older than 400 days'],
    [changeData(compute, { window: { ...window, end: window.start } }), 'the end must be after the start'],
    [change(correction, { time: undefined }), 'of several corrections the latest counts'],
    [changeData(correction, { replaces: 'e1' }), 'expected the id of another event'],
    [changeData(correction, { quantities: [1] }), 'expected object, found array'],
    [changeData(correction, { quantities: manyMeters(101) }), '101 meters, at most 100 are allowed'],
    [changeData(manifest, { eventCount: 0.5 }), 'expected a whole number from 0'],
  ];

  it.each(DETAILS)('says of %j: %s', (event, detail) => {
    const parsed = parse(event);
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.detail)).toEqual([detail]);
  });

  it('has an example of every code', () => {
    // One row of a file has it, never an event by itself.
    const seen = new Set<EventErrorCode>(['REPEATED_ID']);
    for (const [, , ...expected] of REFUSED) for (const [code] of expected) seen.add(code);
    expect([...seen].sort()).toEqual(Object.keys(EVENT_ERRORS).sort());
  });

  it('tells a number too large for JSON where a quantity stands from one where a text stands', () => {
    const text = JSON.stringify(network).replace('"e1"', '1e999').replace('536870912', '1e999');
    const parsed = parseEvent(JSON.parse(text), CONTEXT);
    expect(parsed).toMatchObject({
      ok: false,
      id: undefined,
      problems: [
        { code: 'WRONG_TYPE', pointer: '/id', detail: 'expected string, found number' },
        { code: 'INVALID_QUANTITY', pointer: '/data/egressBytes', detail: 'expected a finite decimal number' },
      ],
    });
  });

  it('echoes the id only where it is text that could be stored', () => {
    const idOf = (id: unknown) => {
      const parsed = parse({ ...compute, id, source: 'x' });
      return parsed.ok ? 'accepted' : parsed.id;
    };
    expect(idOf('e1')).toBe('e1');
    expect(idOf('a\0b')).toBeUndefined();
    expect(idOf('x'.repeat(257))).toBeUndefined();
    expect(idOf(7)).toBeUndefined();
  });

  it('tells at most 20 problems of the quantities of a correction, with short pointers', () => {
    const quantities = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${i}`.padStart(300, 'x'), -1]));
    const parsed = parse(changeData(correction, { quantities }));
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.problems).toHaveLength(20);
    for (const { pointer } of parsed.problems) expect(pointer).toBe(`/data/quantities/${'x'.repeat(64)}`);
  });

  it('tells at most 20 problems, with short pointers', () => {
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}`.padEnd(1_000, 'x'), i]));
    const parsed = parse(changeData(compute, fields));
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.problems).toHaveLength(20);
    for (const { pointer } of parsed.problems) expect(pointer.length).toBeLessThan(100);
  });
});

describe('hostile JSON', () => {
  const dangerous = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'];

  it.each(dangerous)('refuses %s in the data as an unknown field', (key) => {
    const text = JSON.stringify(compute).replace('"namespace"', `"${key}":{"window":{}},"namespace"`);
    expect(parseEvent(JSON.parse(text), CONTEXT)).toMatchObject({
      ok: false,
      problems: [{ code: 'UNKNOWN_FIELD', pointer: `/data/${key}` }],
    });
  });

  it.each(dangerous)('takes nothing from %s in the envelope and leaves every object as it was', (key) => {
    const text = `{"${key}":{"id":"forged","specversion":"1.0","polluted":true},${JSON.stringify(compute).slice(1)}`;
    const parsed = parseEvent(JSON.parse(text), CONTEXT);
    expect(parsed).toMatchObject({ ok: true, event: { id: 'e1' } });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('takes no field from a prototype', () => {
    const text = `{"__proto__":${JSON.stringify(compute)}}`;
    expect(parseEvent(JSON.parse(text), CONTEXT)).toMatchObject({
      ok: false,
      problems: [{ pointer: '/id' }, { pointer: '/source' }, { pointer: '/specversion' }, { pointer: '/type' }],
    });
  });

  /** Refused with codes of ours and pointers that are RFC 6901, or accepted; nothing else, and nothing thrown. */
  function checkAnswer(value: unknown): void {
    const parsed = parseEvent(value, CONTEXT);
    if (parsed.ok) {
      if (!isDeferred(parsed.event))
        for (const { quantity } of parsed.event.usages) expect(toExactUnits(quantity) > 0n).toBe(true);
      return;
    }
    expect(parsed.problems.length).toBeGreaterThan(0);
    for (const { code, pointer } of parsed.problems) {
      expect(EVENT_ERRORS).toHaveProperty(code);
      expect(pointer).toMatch(/^(\/([^~/]|~[01])*)*$/u);
    }
  }

  it('is answered, never thrown at', () => {
    fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), checkAnswer));
  });

  it('is answered in any field of an event', () => {
    const fields = ['id', 'source', 'specversion', 'type', 'time', 'subject', 'data', 'data_base64'];
    const dataFields = Object.keys({ ...(compute.data as Json), ...(storage.data as Json), ...(meter.data as Json) });
    const nasty = fc.oneof(
      fc.jsonValue({ noUnicodeString: false }),
      fc.constantFrom('', '-0', '1e400', 1e308, 5e-324, -1, '9'.repeat(64), '2026-11-22T13:00:00Z', SOURCE),
      fc.record({ start: fc.jsonValue(), end: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(compute, storage, network, meter),
        fc.dictionary(fc.constantFrom(...fields), nasty, { maxKeys: 2 }),
        fc.dictionary(fc.constantFrom(...dataFields), nasty, { maxKeys: 3 }),
        (event, top, data) => checkAnswer(change(event, top, data)),
      ),
      { numRuns: 2_000 },
    );
  });
});
