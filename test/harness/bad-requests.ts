import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { EventErrorCode, RequestErrorCode } from '@hopsmeter/usage';
import type { HttpRequest, WireRequest } from './bad-connection.ts';
import type { Keys, Sender } from './bad-directory.ts';
import { DEEP, type Events, toJson } from './bad-events.ts';

/** What is refused as a whole: why in words, the request, the answer, and what is wrong with its events. */
export type BadRequest = readonly [
  name: string,
  request: HttpRequest | WireRequest,
  status: number,
  code: RequestErrorCode,
  ...problems: readonly [index: number, EventErrorCode, string][],
];

/** Changes of a good request: a header that is undefined is left out. */
export type Change = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: HttpRequest['body'];
};

export type MakeRequest = (change: Change) => HttpRequest;

const PATH = '/api/v1/events';
const BATCHED = 'application/cloudevents-batch+json';
const STRUCTURED = 'application/cloudevents+json';
const MIB = 1_048_576;

/** Makes requests that are good but for the change: an empty batch, posted with the cluster's key. */
export function createRequestMaker(key: string): MakeRequest {
  return ({ method = 'POST', path = PATH, headers = {}, body = '[]' }) => {
    const all = { authorization: `Bearer ${key}`, 'content-type': BATCHED, ...headers };
    const given = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    return { method, path, headers: Object.fromEntries(given), body };
  };
}

export type Sources = {
  readonly sender: Sender;
  readonly keys: Keys;
  readonly events: Events;
  readonly make: MakeRequest;
};

export function listBadRequests(sources: Sources): readonly BadRequest[] {
  return [
    ...listKeys(sources),
    ...listContentTypes(sources),
    ...listBodies(sources),
    ...listPoisons(sources),
    ...listEncodings(sources),
    ...listSizes(sources),
    ...listBinaryEvents(sources),
    ...listAddresses(sources),
    ...listWires(sources),
  ];
}

function listKeys({ keys, events, make }: Sources): BadRequest[] {
  const body = toJson([events.compute()]);
  const withKey = (authorization: string | undefined) => make({ headers: { authorization }, body });
  const flipped = keys.good.endsWith('0') ? '1' : '0';
  return [
    ['no key', withKey(undefined), 401, 'UNAUTHENTICATED'],
    ['an empty header', withKey(''), 401, 'UNAUTHENTICATED'],
    ['Bearer and nothing', withKey('Bearer'), 401, 'UNAUTHENTICATED'],
    ['a key without Bearer', withKey(keys.good), 401, 'UNAUTHENTICATED'],
    ['the key as Basic', withKey(`Basic ${btoa(`x:${keys.good}`)}`), 401, 'UNAUTHENTICATED'],
    ['two keys', withKey(`Bearer ${keys.good} ${keys.good}`), 401, 'UNAUTHENTICATED'],
    ['two keys with a comma', withKey(`Bearer ${keys.good}, ${keys.good}`), 401, 'UNAUTHENTICATED'],
    ['a damaged key', withKey(`Bearer ${keys.good.slice(0, -1)}${flipped}`), 401, 'UNAUTHENTICATED'],
    ['a cut key', withKey(`Bearer ${keys.good.slice(0, -1)}`), 401, 'UNAUTHENTICATED'],
    ['another prefix', withKey(`Bearer ${keys.good.replace('live', 'test')}`), 401, 'UNAUTHENTICATED'],
    ['an unknown key', withKey(`Bearer ${keys.unknown}`), 401, 'UNAUTHENTICATED'],
    ['a revoked key', withKey(`Bearer ${keys.revoked}`), 401, 'UNAUTHENTICATED'],
    ['an expired key', withKey(`Bearer ${keys.expired}`), 401, 'UNAUTHENTICATED'],
    ['a key of 10,000 characters', withKey(`Bearer ${'x'.repeat(10_000)}`), 401, 'UNAUTHENTICATED'],
    [
      'a key in the address',
      make({ path: `${PATH}?access_token=${keys.good}`, headers: { authorization: undefined }, body }),
      401,
      'UNAUTHENTICATED',
    ],
    [
      'the key of another cluster',
      withKey(`Bearer ${keys.foreign}`),
      403,
      'FOREIGN_SOURCE_ONLY',
      [0, 'FOREIGN_SOURCE', '/source'],
    ],
  ];
}

function listContentTypes({ events, make }: Sources): BadRequest[] {
  const body = toJson([events.compute()]);
  const refused: [string, string | undefined][] = [
    ['no content type', undefined],
    ['an empty content type', ''],
    ['a content type that is none', 'nonsense'],
    ['two content types', `${BATCHED}, application/json`],
    ['a parameter alone', '; charset=utf-8'],
    ...['text/plain', 'text/csv', 'application/xml', 'text/json', 'application/x-www-form-urlencoded'].map(
      (type): [string, string] => [type, type],
    ),
    ['multipart', 'multipart/form-data; boundary=x'],
    ['CloudEvents without a format', 'application/cloudevents'],
    ['CloudEvents in Avro', 'application/cloudevents+avro'],
    ['a batch of Protobuf', 'application/cloudevents-batch+protobuf'],
    ['JSON in Latin-1', 'application/json; charset=iso-8859-1'],
    ['a batch in UTF-16', `${BATCHED}; charset="utf-16"`],
    ['a content type of 10,000 characters', `application/${'x'.repeat(10_000)}`],
  ];
  return [
    ...refused.map(
      ([name, type]): BadRequest => [
        name,
        make({ headers: { 'content-type': type }, body }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
    ),
    ['one event as a batch', make({ body: toJson(events.compute()) }), 400, 'INVALID_REQUEST'],
    ['null as a batch', make({ body: 'null' }), 400, 'INVALID_REQUEST'],
    ['a batch as one event', make({ headers: { 'content-type': STRUCTURED }, body }), 400, 'INVALID_REQUEST'],
    ...['null', '7', 'true', '"event"'].map(
      (value): BadRequest => [
        `plain JSON that is ${value}`,
        make({ headers: { 'content-type': 'application/json' }, body: value }),
        400,
        'NO_USABLE_EVENT',
        [0, 'NOT_AN_OBJECT', ''],
      ],
    ),
  ];
}

function listBodies({ events, make }: Sources): BadRequest[] {
  const good = toJson([events.compute()]);
  const bytes = (...values: number[]): Buffer =>
    Buffer.concat([Buffer.from('["'), Buffer.from(values), Buffer.from('"]')]);
  const bodies: [string, string | Buffer][] = [
    ['no body', ''],
    ['spaces', '   '],
    ['JSON that ends in an object', good.slice(0, -3)],
    ['JSON that ends in a text', '[{"id":"abc'],
    ['JSON that ends in an escape', '["\\u00'],
    ['a comma too many', '[1,]'],
    ['a comment', '[/* none */]'],
    ['NaN', '[NaN]'],
    ['Infinity', '[Infinity]'],
    ['-Infinity', '[-Infinity]'],
    ['undefined', '[undefined]'],
    ['a hexadecimal number', '[0x10]'],
    ['a leading zero', '[01]'],
    ['a plus sign', '[+1]'],
    ['single quotes', "['a']"],
    ['a line break in a text', '["a\nb"]'],
    ['NUL in a text', '["a\0b"]'],
    ['NUL after the JSON', '[]\0'],
    ['two JSON texts', `${good}\n${good}`],
    ['a byte order mark', `\ufeff${good}`],
    ['UTF-16', Buffer.from(good, 'utf16le')],
    ['a lone byte', bytes(0xff)],
    ['an overlong NUL', bytes(0xc0, 0x80)],
    ['half a surrogate pair as bytes', bytes(0xed, 0xa0, 0x80)],
    ['half a character', bytes(0xe2, 0x82)],
    ['a code point beyond the last', bytes(0xf4, 0x90, 0x80, 0x80)],
    ['40,000 brackets that stay open', '['.repeat(40_000)],
    ['gzip that does not say so', gzipSync(good)],
  ];
  return [
    ...bodies.map(([name, body]): BadRequest => [name, make({ body }), 400, 'INVALID_JSON']),
    ['12,000 brackets', make({ body: DEEP }), 400, 'NO_USABLE_EVENT', [0, 'NOT_AN_OBJECT', '']],
  ];
}

function listPoisons({ events, make }: Sources): BadRequest[] {
  const good = toJson(events.compute()).slice(1, -1);
  const forged = '{"id":"forged","polluted":true}';
  const deep = `${'['.repeat(40_000)}{"__proto__":${forged}}${']'.repeat(40_000)}`;
  const bodies: [string, string][] = [
    ['__proto__ in an event', `[{${good},"__proto__":${forged}}]`],
    ['__proto__ as the event', `[{"__proto__":{${good}}}]`],
    ['__proto__ in the data', `[{${good.replace('"namespace"', `"__proto__":${forged},"namespace"`)}}]`],
    ['__proto__ in the window', `[{${good.replace('"start"', `"__proto__":${forged},"start"`)}}]`],
    ['__proto__ that is null', `[{${good},"__proto__":null}]`],
    ['__proto__ in escapes', `[{${good},"\\u005f_proto__":${forged}}]`],
    ['__proto__ in other escapes', `[{${good},"__pr\\u006Fto__":${forged}}]`],
    ['__proto__ in an unknown attribute', `[{${good},"ext":{"a":[{"__proto__":${forged}}]}}]`],
    ['__proto__ 40,000 levels down', `[{${good},"ext":${deep}}]`],
    ['constructor.prototype in an event', `[{${good},"constructor":{"prototype":${forged}}}]`],
    ['constructor.prototype far down', `[{${good},"ext":[[{"constructor":{"prototype":{}}}]]}]`],
    ['constructor.prototype in escapes', `[{${good},"c\\u006fnstructor":{"prototype":${forged}}}]`],
    ['__proto__ in one of two events', `[{${good}},{"__proto__":${forged}}]`],
  ];
  return bodies.map(([name, body]) => [name, make({ body }), 400, 'INVALID_JSON']);
}

function listEncodings({ events, make }: Sources): BadRequest[] {
  const good = toJson([events.compute()]);
  const packed = gzipSync(good);
  const damaged = Buffer.from(packed);
  damaged.writeUInt32LE(0, packed.length - 8);
  const as = (encoding: string, body: Buffer | string) => make({ headers: { 'content-encoding': encoding }, body });
  const bomb = gzipSync(Buffer.alloc(200 * MIB));
  return [
    ['brotli', as('br', brotliCompressSync(good)), 415, 'UNSUPPORTED_ENCODING'],
    ['deflate', as('deflate', deflateSync(good)), 415, 'UNSUPPORTED_ENCODING'],
    ['zstd', as('zstd', Buffer.from('28b52ffd', 'hex')), 415, 'UNSUPPORTED_ENCODING'],
    ['compress', as('compress', good), 415, 'UNSUPPORTED_ENCODING'],
    ['gzip twice', as('gzip, gzip', gzipSync(packed)), 415, 'UNSUPPORTED_ENCODING'],
    ['gzip in gzip', as('gzip', gzipSync(packed)), 400, 'INVALID_JSON'],
    ['what is no gzip', as('gzip', good), 400, 'INVALID_ENCODING'],
    ['nothing as gzip', as('gzip', ''), 400, 'INVALID_ENCODING'],
    ['deflate as gzip', as('gzip', deflateSync(good)), 400, 'INVALID_ENCODING'],
    ['half of a gzip', as('gzip', packed.subarray(0, packed.length / 2)), 400, 'INVALID_ENCODING'],
    ['gzip without its end', as('gzip', packed.subarray(0, -1)), 400, 'INVALID_ENCODING'],
    ['gzip with another checksum', as('gzip', damaged), 400, 'INVALID_ENCODING'],
    ['200 MB of zeros in 200 kB of gzip', as('gzip', bomb), 413, 'BODY_TOO_LARGE'],
    ['the same after a small part', as('gzip', Buffer.concat([packed, bomb])), 413, 'BODY_TOO_LARGE'],
    ['a bomb in a bomb', as('gzip', gzipSync(bomb)), 400, 'INVALID_JSON'],
  ];
}

function listSizes({ events, make }: Sources): BadRequest[] {
  const chunk = Buffer.alloc(65_536, ' ');
  const stream = (chunks: number) => () =>
    Readable.from(
      (function* () {
        for (let sent = 0; sent < chunks; sent++) yield chunk;
      })(),
    );
  const endless = 1_024;
  const many = toJson(Array.from({ length: 5_001 }, () => events.calls()));
  return [
    ['6 MiB', make({ body: LARGE }), 413, 'BODY_TOO_LARGE'],
    ['6 MiB on a connection that stays', make({ headers: STAYS, body: LARGE }), 413, 'BODY_TOO_LARGE'],
    ['6 MiB without a key', make({ headers: { authorization: undefined }, body: LARGE }), 401, 'UNAUTHENTICATED'],
    ['6 MiB of text', make({ headers: { 'content-type': 'text/plain' }, body: LARGE }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['5 MiB and a byte', make({ body: '[]'.padEnd(5 * MIB + 1) }), 413, 'BODY_TOO_LARGE'],
    ['6 MiB in chunks', make({ body: stream(96) }), 413, 'BODY_TOO_LARGE'],
    ['chunks without an end', make({ headers: STAYS, body: stream(endless) }), 413, 'BODY_TOO_LARGE'],
    [
      'chunks without an end and without a key',
      make({ headers: { ...STAYS, authorization: undefined }, body: stream(endless) }),
      401,
      'UNAUTHENTICATED',
    ],
    ['6 MiB in gzip', make({ headers: GZIP, body: gzipSync(LARGE) }), 413, 'BODY_TOO_LARGE'],
    ['5,001 events', make({ body: many }), 413, 'TOO_MANY_EVENTS'],
    ['5,001 events in gzip', make({ headers: GZIP, body: gzipSync(many) }), 413, 'TOO_MANY_EVENTS'],
    ['200,000 numbers', make({ body: `[${'1,'.repeat(200_000)}1]` }), 413, 'TOO_MANY_EVENTS'],
    ['two million numbers', make({ body: `[${'1,'.repeat(2_000_000)}1]` }), 413, 'TOO_MANY_VALUES'],
    ['200,000 brackets', make({ body: `${'['.repeat(200_000)}${']'.repeat(200_000)}` }), 413, 'TOO_MANY_VALUES'],
    ['200,000 brackets that stay open', make({ body: '['.repeat(200_000) }), 413, 'TOO_MANY_VALUES'],
  ];
}

const LARGE = Buffer.alloc(6 * MIB, ' ');

/** Other requests of the table ask for their connection to be closed. */
const STAYS = { connection: 'keep-alive' };

const GZIP = { 'content-encoding': 'gzip' };

function listBinaryEvents({ sender, events, make }: Sources): BadRequest[] {
  const { data, time, ...attributes } = events.network();
  const standard = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]));
  const binary = (headers: Change['headers'], body: string | Buffer = toJson(data)) =>
    make({ headers: { 'content-type': 'application/json', ...standard, ...headers }, body });
  const events400 = (
    name: string,
    request: HttpRequest,
    ...problems: readonly [EventErrorCode, string][]
  ): BadRequest => [
    `binary, ${name}`,
    request,
    400,
    'NO_USABLE_EVENT',
    ...problems.map(([code, pointer]): [number, EventErrorCode, string] => [0, code, pointer]),
  ];
  return [
    ...['id', 'source', 'type', 'specversion'].map((name) =>
      events400(`no ce-${name}`, binary({ [`ce-${name}`]: undefined }), ['MISSING_FIELD', `/${name}`]),
    ),
    events400('an empty ce-id', binary({ 'ce-id': '' }), ['INVALID_TEXT', '/id']),
    events400('a ce-id of 257 characters', binary({ 'ce-id': 'i'.repeat(257) }), ['INVALID_TEXT', '/id']),
    events400('an overlong percent-encoding', binary({ 'ce-id': '%C0%A0' }), ['INVALID_TEXT', '/id']),
    events400('half a percent-encoded character', binary({ 'ce-id': 'a%E2%82' }), ['INVALID_TEXT', '/id']),
    events400('a percent-encoded surrogate', binary({ 'ce-subject': '%ED%A0%80' }), ['INVALID_TEXT', '/subject']),
    events400('a percent-encoded NUL', binary({ 'ce-id': 'a%00b' }), ['INVALID_TEXT', '/id']),
    events400('a percent-encoded line break', binary({ 'ce-subject': 'a%0D%0Ab' }), ['INVALID_TEXT', '/subject']),
    events400('raw UTF-8 in a header', binary({ 'ce-id': Buffer.from('Ā').toString('latin1') }), ...INVALID_ID),
    events400('CloudEvents 2.0', binary({ 'ce-specversion': '2.0' }), ['UNSUPPORTED_SPEC_VERSION', '/specversion']),
    events400('an unknown type', binary({ 'ce-type': 'x' }), ['UNKNOWN_EVENT_TYPE', '/type']),
    events400('a time that is none', binary({ 'ce-time': 'yesterday' }), ['INVALID_TIME', '/time']),
    events400('no body', binary({}, ''), ['MISSING_FIELD', '/data']),
    events400('an array as body', binary({}, '[]'), ['WRONG_TYPE', '/data']),
    events400('a whole event as body', binary({}, toJson({ data })), ...WHOLE_EVENT_AS_DATA),
    events400(
      'no ce- header at all',
      make({ headers: { 'content-type': 'application/json' }, body: toJson(data) }),
      ['MISSING_FIELD', '/id'],
      ['MISSING_FIELD', '/source'],
      ['MISSING_FIELD', '/specversion'],
      ['MISSING_FIELD', '/type'],
    ),
    [
      'binary, the source of another cluster',
      binary({ 'ce-source': sender.foreignSource }),
      403,
      'FOREIGN_SOURCE_ONLY',
      [0, 'FOREIGN_SOURCE', '/source'],
    ],
    ['binary, JSON that is cut', binary({}, '{"namespace":'), 400, 'INVALID_JSON'],
    ['binary, text as body', binary({ 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['binary, Avro as body', binary({ 'content-type': 'application/avro' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['binary, an unfinished gzip', binary({ 'content-encoding': 'gzip' }, '\x1f\x8b'), 400, 'INVALID_ENCODING'],
  ];
}

const INVALID_ID: readonly [EventErrorCode, string][] = [['INVALID_TEXT', '/id']];

const WHOLE_EVENT_AS_DATA: readonly [EventErrorCode, string][] = [
  ['MISSING_FIELD', '/data/namespace'],
  ['MISSING_FIELD', '/data/window'],
  ['MISSING_FIELD', '/data/egressBytes'],
  ['UNKNOWN_FIELD', '/data/data'],
];

function listAddresses({ events, make }: Sources): BadRequest[] {
  const body = toJson([events.compute()]);
  return [
    ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].map(
      (method): BadRequest => [method, make({ method, body: '' }), 405, 'METHOD_NOT_ALLOWED'],
    ),
    ['POST to a health address', make({ path: '/readyz', body }), 405, 'METHOD_NOT_ALLOWED'],
    ...[
      '/',
      '/api/v1/event',
      '/api/v1/events/',
      '/API/v1/events',
      '//api/v1/events',
      '/api/v1/events/1',
      '/api/v1/events%2f',
      '/api/v2/events',
      '/x/../api/v1/events',
      '/v1/accounts',
      `/${'x'.repeat(8_000)}`,
    ].map((path): BadRequest => [path.slice(0, 40), make({ path, body }), 404, 'NOT_FOUND']),
    ['an address with bad percent-encoding', make({ path: '/api/v1/%zz', body }), 400, 'INVALID_REQUEST'],
  ];
}

const CHUNKED = ['transfer-encoding: chunked'];

/** What has to be written byte by byte, because an HTTP client would repair or refuse it. */
function listWires({ keys, events }: Sources): BadRequest[] {
  const good = toJson([events.compute()]);
  const wire = (headers: readonly string[], body: string, start = `POST ${PATH} HTTP/1.1`): WireRequest => ({
    isEnd: false,
    wire: [start, 'host: ingest', `authorization: Bearer ${keys.good}`, `content-type: ${BATCHED}`, ...headers]
      .concat('', body)
      .join('\r\n'),
  });
  const length = Buffer.byteLength(good);
  const invalid = (name: string, request: WireRequest): BadRequest => [name, request, 400, 'INVALID_REQUEST'];
  return [
    invalid('a length that is too short', wire([`content-length: ${length - 9}`], good)),
    invalid('a length that is too long', { ...wire([`content-length: ${length + 9}`], good), isEnd: true }),
    invalid('chunks that end early', { ...wire(CHUNKED, `${length.toString(16)}\r\n${good}\r\n`), isEnd: true }),
    invalid('a negative length', wire(['content-length: -1'], good)),
    invalid('a length in words', wire(['content-length: many'], good)),
    invalid('a length beyond 2^64', wire(['content-length: 99999999999999999999'], good)),
    invalid('two lengths', wire([`content-length: ${length}`, 'content-length: 0'], good)),
    invalid('a length and chunks', wire(['content-length: 3', 'transfer-encoding: chunked'], '0\r\n\r\n')),
    invalid('an unknown transfer encoding', wire(['transfer-encoding: zip'], good)),
    invalid('a chunk size that is none', wire(CHUNKED, 'zz\r\n')),
    ['6 MiB announced', wire([`content-length: ${6 * MIB}`], ''), 413, 'BODY_TOO_LARGE'],
    invalid('a header of 20,000 characters', wire([`x: ${'x'.repeat(20_000)}`], '')),
    invalid('5,000 headers', wire(Array(5_000).fill('x: yyyyy'), '')),
    invalid('a header without a name', wire([': x'], '')),
    invalid('a space before the colon', wire([`content-length : ${length}`], good)),
    invalid('a folded header', wire(['x: y', '  z'], '')),
    invalid('NUL in a header', wire(['x: a\0b'], '')),
    invalid('an unknown method', wire(['content-length: 2'], '[]', `FETCH ${PATH} HTTP/1.1`)),
    invalid('HTTP 3.0', wire(['content-length: 2'], '[]', `POST ${PATH} HTTP/3.0`)),
    invalid('HTTP 2', { wire: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', isEnd: false }),
    invalid('TLS', { wire: Buffer.from('160301020001fc0303', 'hex'), isEnd: false }),
    invalid('noise', { wire: Buffer.alloc(100_000, 0xa5), isEnd: false }),
  ];
}
