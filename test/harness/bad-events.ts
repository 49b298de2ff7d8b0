import type { EventErrorCode } from '@hopsmeter/usage';
import type { Sender } from './bad-directory.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An event, valid as long as nothing of it was replaced. */
export type MadeEvent = Fields & { readonly data: Fields };

/** Makes valid events; `fields` and `data` replace or add, `undefined` removes. */
export type Events = Readonly<
  Record<'compute' | 'storage' | 'network' | 'calls', (fields?: Fields, data?: Fields) => MadeEvent>
>;

/** A place in a JSON text at which stands what no value of ours can be written as. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** JSON text as it is: numbers that a double cannot hold, brackets deeper than the stack, repeated keys. */
const raw = (text: string): unknown => new Raw(text);

/** Writes JSON; lone surrogates and control characters become escapes. */
export function toJson(value: unknown): string {
  const texts: string[] = [];
  const json = JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Raw ? `raw text ${texts.push(inner.text) - 1}` : inner,
  );
  return json.replace(/"raw text (\d+)"/g, (_match, place: string) => texts[Number(place)] ?? '');
}

const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const DAY = 24 * HOUR;

export const at = (ms: number): string => new Date(ms).toISOString();

/** 12,000 brackets: deeper than the stack of whoever follows them by calls, and few enough to be taken. */
export const DEEP = `${'['.repeat(12_000)}${']'.repeat(12_000)}`;

let count = 0;

export function createEventMaker({ source, namespace, subject, now }: Sender): Events {
  const window = { start: at(now - 3 * HOUR), end: at(now - 2 * HOUR) };
  const create =
    (type: string, standard: Fields) =>
    (fields: Fields = {}, data: Fields = {}) => ({
      specversion: '1.0',
      id: `event-${count++}`,
      source,
      type: `ai.hopsworks.usage.${type}.v1`,
      time: window.end,
      data: { ...standard, ...data },
      ...fields,
    });
  return {
    compute: create('compute', { namespace, window, cpuCoreHours: 1, gpuHours: 0, ramByteHours: 1_024 }),
    storage: create('storage', { namespace, window, onlineBytes: 1_024, offlineBytes: '2048' }),
    network: create('network', { namespace, window, egressBytes: 1_024 }),
    calls: (fields, data) => create('meter', { meter: 'model_calls', quantity: 1 })({ subject, ...fields }, data),
  };
}

/** What is refused: why in words, the event, and every problem that its sender is told, with the place. */
export type BadEvent = readonly [name: string, event: unknown, ...problems: readonly [EventErrorCode, string][]];

export function listBadEvents(sender: Sender, events: Events): readonly BadEvent[] {
  return [
    ...listForms(events),
    ...listSources(sender, events),
    ...listTexts(events),
    ...listTimes(sender, events),
    ...listQuantities(events),
  ];
}

/** Fields that are missing, unknown or of another JSON type. */
function listForms({ compute, storage, network, calls }: Events): BadEvent[] {
  const missing = (fields: readonly string[]): [EventErrorCode, string][] =>
    fields.map((field) => ['MISSING_FIELD', field]);
  return [
    ['null instead of an event', null, ['NOT_AN_OBJECT', '']],
    ['a text instead of an event', 'event', ['NOT_AN_OBJECT', '']],
    ['a number instead of an event', 1, ['NOT_AN_OBJECT', '']],
    ['true instead of an event', true, ['NOT_AN_OBJECT', '']],
    ['an array instead of an event', [compute()], ['NOT_AN_OBJECT', '']],
    ['12,000 brackets instead of an event', raw(DEEP), ['NOT_AN_OBJECT', '']],
    ['12,000 brackets as data', compute({ data: raw(DEEP) }), ['WRONG_TYPE', '/data']],
    ['12,000 brackets as a quantity', network({}, { egressBytes: raw(DEEP) }), ['WRONG_TYPE', '/data/egressBytes']],
    ['an empty object', {}, ...missing(['/id', '/source', '/specversion', '/type'])],
    ['compute without any data field', compute({ data: {} }), ...missing(COMPUTE_FIELDS)],
    ['storage without any data field', storage({ data: {} }), ...missing(STORAGE_FIELDS)],
    ['network without any data field', network({ data: {} }), ...missing(NETWORK_FIELDS)],
    ['a meter event without any data field', calls({ data: {} }), ...missing(['/data/meter', '/data/quantity'])],
    ...['id', 'source', 'specversion', 'type', 'data'].map(
      (field): BadEvent => [`no ${field}`, compute({ [field]: undefined }), ['MISSING_FIELD', `/${field}`]],
    ),
    ...['id', 'source', 'type', 'time', 'subject'].flatMap((field) =>
      [7, true, [], {}].map(
        (value): BadEvent => [
          `${JSON.stringify(value)} as ${field}`,
          compute({ [field]: value }),
          ['WRONG_TYPE', `/${field}`],
        ],
      ),
    ),
    ['an array as data', compute({ data: [] }), ['WRONG_TYPE', '/data']],
    ...['id', 'source', 'type', 'data'].map(
      (field): BadEvent => [`null as ${field}`, compute({ [field]: null }), ['WRONG_TYPE', `/${field}`]],
    ),
    ...['namespace', 'window', 'cpuCoreHours', 'gpuHours', 'ramByteHours', 'gpuModel'].flatMap((field) =>
      [true, []].map(
        (value): BadEvent => [
          `${JSON.stringify(value)} as ${field}`,
          compute({}, { [field]: value }),
          ['WRONG_TYPE', `/data/${field}`],
        ],
      ),
    ),
    ['null as a window where one is needed', storage({}, { window: null }), ['WRONG_TYPE', '/data/window']],
    ['null as a quantity', network({}, { egressBytes: null }), ['WRONG_TYPE', '/data/egressBytes']],
    [
      'storage of which nothing was measured',
      storage({}, { onlineBytes: null, offlineBytes: undefined }),
      ['MISSING_FIELD', '/data/onlineBytes'],
    ],
    ['false as offline bytes', storage({}, { offlineBytes: false }), ['WRONG_TYPE', '/data/offlineBytes']],
    ['an object as a quantity', calls({}, { quantity: { n: 1 } }), ['WRONG_TYPE', '/data/quantity']],
    ['a number as a meter', calls({}, { meter: 1 }), ['WRONG_TYPE', '/data/meter']],
    ['numbers as a window', compute({}, { window: { start: 1, end: 2 } }), ...NUMBERS_AS_WINDOW],
    ['data as a text of JSON', compute({ data: '{}' }), ['WRONG_TYPE', '/data']],
    ['CloudEvents 2.0', compute({ specversion: '2.0' }), ['UNSUPPORTED_SPEC_VERSION', '/specversion']],
    ['CloudEvents 0.3', compute({ specversion: '0.3' }), ['UNSUPPORTED_SPEC_VERSION', '/specversion']],
    ['the CloudEvents version as a number', compute({ specversion: 1 }), ['UNSUPPORTED_SPEC_VERSION', '/specversion']],
    ['an unknown type', compute({ type: 'com.example.thing.v1' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['a later version of a type', compute({ type: 'ai.hopsworks.usage.compute.v2' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['a type in capitals', compute({ type: 'AI.HOPSWORKS.USAGE.COMPUTE.V1' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['a type that every object has', compute({ type: 'constructor' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['__proto__ as a type', compute({ type: '__proto__' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['an empty type', compute({ type: '' }), ['UNKNOWN_EVENT_TYPE', '/type']],
    ['data_base64', compute({ data: undefined, data_base64: 'e30=' }), ['UNSUPPORTED_DATA', '/data_base64']],
    ['data_base64 beside data', compute({ data_base64: 'e30=' }), ['UNSUPPORTED_DATA', '/data_base64']],
    ['a misspelt field', compute({}, { gpuhours: 1 }), ['UNKNOWN_FIELD', '/data/gpuhours']],
    ['a field of another type', calls({}, { egressBytes: 1 }), ['UNKNOWN_FIELD', '/data/egressBytes']],
    ['a field that every object has', network({}, { toString: 1 }), ['UNKNOWN_FIELD', '/data/toString']],
    ['a constructor that is no prototype', network({}, { constructor: 1 }), ['UNKNOWN_FIELD', '/data/constructor']],
    ['a field with a slash and a tilde', network({}, { 'a/b~c': 1 }), ['UNKNOWN_FIELD', '/data/a~1b~0c']],
    ['an unknown field of a window', compute({}, { window: { ...WINDOW, zone: 'CET' } }), ...ZONE],
  ];
}

const COMPUTE_FIELDS = [
  '/data/namespace',
  '/data/window',
  '/data/cpuCoreHours',
  '/data/gpuHours',
  '/data/ramByteHours',
];
const STORAGE_FIELDS = ['/data/namespace', '/data/window'];
const NETWORK_FIELDS = ['/data/namespace', '/data/window', '/data/egressBytes'];
const NUMBERS_AS_WINDOW: readonly [EventErrorCode, string][] = [
  ['WRONG_TYPE', '/data/window/start'],
  ['WRONG_TYPE', '/data/window/end'],
];
const WINDOW = { start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' };
const ZONE: readonly [EventErrorCode, string][] = [['UNKNOWN_FIELD', '/data/window/zone']];

function listSources({ source, foreignSource }: Sender, { compute }: Events): BadEvent[] {
  return [
    ['the source of another cluster', compute({ source: foreignSource }), ['FOREIGN_SOURCE', '/source']],
    ['a source below another cluster', compute({ source: `${foreignSource}/x` }), ['FOREIGN_SOURCE', '/source']],
    ['a cluster whose id begins with this one', compute({ source: `${source}0` }), ['FOREIGN_SOURCE', '/source']],
    [
      'a cluster whose id this one begins with',
      compute({ source: source.slice(0, -1) }),
      ['FOREIGN_SOURCE', '/source'],
    ],
    ['this source in capitals', compute({ source: source.toUpperCase() }), ['FOREIGN_SOURCE', '/source']],
    ['this source and a space', compute({ source: `${source} ` }), ['FOREIGN_SOURCE', '/source']],
    ['a space and this source', compute({ source: ` ${source}` }), ['FOREIGN_SOURCE', '/source']],
    ['a source that names both', compute({ source: `${foreignSource},${source}` }), ['FOREIGN_SOURCE', '/source']],
  ];
}

function listTexts({ compute, calls }: Events): BadEvent[] {
  const nasty: [string, string][] = [
    ['an empty text', ''],
    ['NUL', 'a\0b'],
    ['a line break', 'a\r\nb'],
    ['DEL', 'a\u007f'],
    ['a C1 control character', 'a\u0085'],
    ['half a surrogate pair', 'a\ud800'],
    ['the other half', '\udc00a'],
    ['a surrogate pair the wrong way round', '\udc00\ud800'],
  ];
  return nasty
    .flatMap(([name, text]): BadEvent[] => [
      [`${name} as id`, compute({ id: text }), ['INVALID_TEXT', '/id']],
      [`${name} as source`, compute({ source: text }), ['INVALID_TEXT', '/source']],
      [`${name} as subject`, compute({ subject: text }), ['INVALID_TEXT', '/subject']],
      [`${name} as namespace`, compute({}, { namespace: text }), ['INVALID_TEXT', '/data/namespace']],
      [`${name} as GPU model`, compute({}, { gpuModel: text }), ['INVALID_TEXT', '/data/gpuModel']],
      [`${name} as meter`, calls({}, { meter: text }), ['INVALID_TEXT', '/data/meter']],
    ])
    .concat([
      ['an id of 257 characters', compute({ id: 'i'.repeat(257) }), ['INVALID_TEXT', '/id']],
      ['an id of a million characters', compute({ id: 'i'.repeat(1_000_000) }), ['INVALID_TEXT', '/id']],
      ['a source of 513 characters', compute({ source: 'x'.repeat(513) }), ['INVALID_TEXT', '/source']],
      ['a subject of 256 characters', compute({ subject: 's'.repeat(256) }), ['INVALID_TEXT', '/subject']],
      ['a namespace of 254', compute({}, { namespace: 'n'.repeat(254) }), ['INVALID_TEXT', '/data/namespace']],
      ['a GPU model of 254', compute({}, { gpuModel: 'g'.repeat(254) }), ['INVALID_TEXT', '/data/gpuModel']],
      ['a meter of 254', calls({}, { meter: 'm'.repeat(254) }), ['INVALID_TEXT', '/data/meter']],
      ['neither a subject nor a namespace', calls({ subject: undefined }), ['MISSING_FIELD', '/subject']],
    ]);
}

function listTimes({ now }: Sender, { compute, storage, calls }: Events): BadEvent[] {
  const window = (start: string, end: string) => ({ window: { start, end } });
  const hourAgo = at(now - HOUR);
  const notTimes: [string, string][] = [
    ['a leap second', '2026-06-30T23:59:60Z'],
    ['February 30th', '2026-02-30T00:00:00Z'],
    ['February 29th of a common year', '2026-02-29T00:00:00Z'],
    ['the 13th month', '2026-13-01T00:00:00Z'],
    ['24 o’clock', '2026-06-30T24:00:00Z'],
    ['an offset of 25 hours', '2026-06-30T12:00:00+25:00'],
    ['an offset of 60 minutes', '2026-06-30T12:00:00+01:60'],
    ['an offset without a colon', '2026-06-30T12:00:00+0100'],
    ['no offset', '2026-06-30T12:00:00'],
    ['no time of day', '2026-06-30'],
    ['a space for the T', '2026-06-30 12:00:00Z'],
    ['a space before it', ' 2026-06-30T12:00:00Z'],
    ['NUL after it', '2026-06-30T12:00:00Z\0'],
    ['ten decimals', '2026-06-30T12:00:00.1234567890Z'],
    ['the year 0', '0000-01-01T00:00:00Z'],
    ['the year 275760', '+275760-09-13T00:00:00Z'],
    ['seconds since 1970', '1795000000'],
    ['infinity', 'infinity'],
    ['a word', 'now'],
    ['nothing', ''],
  ];
  return [
    ...notTimes.flatMap(([name, time]): BadEvent[] => [
      [`${name} as time`, calls({ time }), ['INVALID_TIME', '/time']],
      [`${name} as start`, compute({}, window(time, hourAgo)), ['INVALID_TIME', '/data/window/start']],
    ]),
    ['a time an hour ahead', calls({ time: at(now + HOUR) }), ['TIME_IN_FUTURE', '/time']],
    ['a window that ends an hour ahead', compute({}, window(hourAgo, at(now + HOUR))), ...AHEAD],
    ['the year 9999', calls({ time: '9999-12-31T23:59:59Z' }), ['TIME_IN_FUTURE', '/time']],
    ['usage 400 days and a second ago', calls({ time: at(now - 400 * DAY - 1_000) }), ['TIME_TOO_OLD', '/time']],
    ['a window that began then', storage({}, window(at(now - 400 * DAY - 1_000), at(now - 400 * DAY + HOUR))), ...OLD],
    ['the year 1', calls({ time: '0001-01-01T00:00:00Z' }), ['TIME_TOO_OLD', '/time']],
    ['1970', calls({ time: '1970-01-01T00:00:00Z' }), ['TIME_TOO_OLD', '/time']],
    ['neither a time nor a window', calls({ time: undefined }), ['MISSING_FIELD', '/time']],
    ['an end before the start', storage({}, window(hourAgo, at(now - 2 * HOUR))), ['INVALID_WINDOW', '/data/window']],
    ['an empty window', compute({}, window(hourAgo, hourAgo)), ['INVALID_WINDOW', '/data/window']],
    ['a window without its end', compute({}, { window: { start: hourAgo } }), ['MISSING_FIELD', '/data/window/end']],
    ['an empty object as a window', calls({}, { window: {} }), ...NO_WINDOW],
  ];
}

const AHEAD: readonly [EventErrorCode, string][] = [['TIME_IN_FUTURE', '/data/window/end']];
const OLD: readonly [EventErrorCode, string][] = [['TIME_TOO_OLD', '/data/window/start']];
const NO_WINDOW: readonly [EventErrorCode, string][] = [
  ['MISSING_FIELD', '/data/window/start'],
  ['MISSING_FIELD', '/data/window/end'],
];

function listQuantities({ compute, storage, network, calls }: Events): BadEvent[] {
  const notNumbers = [
    ...['NaN', 'Infinity', '-Infinity', 'two', '', ' 1', '1 ', '+1', '.5', '1.', '1,5', '1_000', '0x10', '1e', '１'],
    ...['1e401', '1e-401', '1e9999999999', '9'.repeat(400), `0.${'1'.repeat(400)}`],
  ];
  return [
    ...notNumbers.map(
      (text): BadEvent => [
        `the quantity "${text.slice(0, 20)}"`,
        calls({}, { quantity: text }),
        ['INVALID_QUANTITY', '/data/quantity'],
      ],
    ),
    ['1e400 as a number', compute({}, { cpuCoreHours: raw('1e400') }), ['INVALID_QUANTITY', '/data/cpuCoreHours']],
    ['-1e400 as a number', storage({}, { onlineBytes: raw('-1e400') }), ['INVALID_QUANTITY', '/data/onlineBytes']],
    ['a number of 400 digits', calls({}, { quantity: raw('9'.repeat(400)) }), ['INVALID_QUANTITY', '/data/quantity']],
    ['1e400 as an id', compute({ id: raw('1e400') }), ['WRONG_TYPE', '/id']],
    ['a negative number', compute({}, { cpuCoreHours: -1 }), ['NEGATIVE_QUANTITY', '/data/cpuCoreHours']],
    ['a negative text', compute({}, { ramByteHours: '-1' }), ['NEGATIVE_QUANTITY', '/data/ramByteHours']],
    ['a trifle below zero', calls({}, { quantity: '-1e-400' }), ['NEGATIVE_QUANTITY', '/data/quantity']],
    ['negative bytes', storage({}, { offlineBytes: -1 }), ['NEGATIVE_QUANTITY', '/data/offlineBytes']],
    ['10^15 and one', calls({}, { quantity: 1e15 + 1 }), ['QUANTITY_TOO_LARGE', '/data/quantity']],
    ['the largest double', compute({}, { gpuHours: Number.MAX_VALUE }), ['QUANTITY_TOO_LARGE', '/data/gpuHours']],
    ['"1e400"', network({}, { egressBytes: '1e400' }), ['QUANTITY_TOO_LARGE', '/data/egressBytes']],
    [
      'several mistakes, all told',
      compute({ id: '', source: 'x' }, { cpuCoreHours: -1, gpuHours: 'x' }),
      ['INVALID_TEXT', '/id'],
      ['FOREIGN_SOURCE', '/source'],
      ['NEGATIVE_QUANTITY', '/data/cpuCoreHours'],
      ['INVALID_QUANTITY', '/data/gpuHours'],
    ],
  ];
}

/** What becomes of an odd event that is accepted all the same: why, the event, and how it ends. */
export type OddEvent = readonly [name: string, event: unknown, end: 'counted' | 'parked'];

/** Just inside of every limit, and what looks wrong but is not. */
export function listOddEvents({ source, now }: Sender, { compute, storage, network, calls }: Events): OddEvent[] {
  const days = (start: number, end: number) => ({ window: { start: at(now - start * DAY), end: at(now - end * DAY) } });
  return [
    ['an id of 256 characters', compute({ id: 'i'.repeat(256) }), 'counted'],
    ['an id of 256 characters outside of ASCII', compute({ id: '€'.repeat(256) }), 'counted'],
    ['an id of quotes and braces', compute({ id: `';--"{}:*\\%00 ${count++}` }), 'counted'],
    ['the words of attacks as values', calls({ id: '__proto__' }), 'counted'],
    ['a source of 512 characters', compute({ source: `${source}/`.padEnd(512, 'x') }), 'counted'],
    ['a source below the cluster', compute({ source: `${source}:opencost` }), 'counted'],
    ['a time 4 minutes ahead', calls({ time: at(now + 4 * MINUTE) }), 'counted'],
    ['usage of almost 400 days ago', calls({ time: at(now - 400 * DAY + 10 * MINUTE) }), 'counted'],
    ['an offset of 23:59', calls({ time: at(now - 2 * DAY).replace('Z', '-23:59') }), 'counted'],
    ['nanoseconds', calls({ time: at(now - DAY).replace('Z', '123456Z') }), 'counted'],
    ['minus zero as a number', network({}, { egressBytes: raw('-0') }), 'counted'],
    ['minus zero as a text', network({}, { egressBytes: '-0.0' }), 'counted'],
    ['a number below the smallest double', calls({}, { quantity: raw('1e-400') }), 'counted'],
    ['more decimals than are kept', calls({}, { quantity: '0.1234567890123456789' }), 'counted'],
    ['10^15 units', calls({}, { quantity: 1e15 }), 'counted'],
    ['nulls for what may be absent', compute({ time: null, subject: null }, { gpuModel: null }), 'counted'],
    ['unknown attributes, however deep', compute({ ext: raw(DEEP) }), 'counted'],
    ['a key twice, the last one counts', calls({}, { meter: raw('"x","meter":"model_calls"') }), 'counted'],
    ['a window of 31 days', compute({}, days(31, 0)), 'counted'],
    ['a window of 32 days', compute({}, days(33, 1)), 'parked'],
    ['512 cores', compute({}, { cpuCoreHours: 512 }), 'counted'],
    ['a trifle more than 512 cores', compute({}, { cpuCoreHours: '512.000000000001' }), 'parked'],
    ['64 GPUs', compute({}, { gpuHours: 64 }), 'counted'],
    ['a trifle more than 64 GPUs', compute({}, { gpuHours: '64.000000000001' }), 'parked'],
    ['an unknown namespace', storage({}, { namespace: 'nobody' }), 'parked'],
    ['an unknown subject', storage({ subject: 'auth0|nobody' }), 'parked'],
    ['an unknown meter', calls({}, { meter: 'unheard_of' }), 'parked'],
  ];
}
