import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createEvent, createTestIngest, IDLE, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { RequestError } from '@hopsmeter/usage';
import { afterEach, describe, expect, it } from 'vitest';
import type { IngestDeps } from './app.ts';

let ingest: TestIngest | undefined;

async function start(change: Partial<IngestDeps> = {}): Promise<TestIngest> {
  ingest = await createTestIngest(change);
  return ingest;
}

afterEach(async () => {
  await ingest?.app.close();
});

const BATCHED = { 'content-type': 'application/cloudevents-batch+json' };
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const OK = { accepted: 1, rejected: 0, errors: [] };

function binaryHeaders(change: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { specversion, id, source, type, time } = createEvent();
  return {
    'ce-specversion': String(specversion),
    'ce-id': String(id),
    'ce-source': String(source),
    'ce-type': String(type),
    'ce-time': String(time),
    ...change,
  };
}

describe('content modes', () => {
  it.each([
    ['batched', [createEvent()], BATCHED],
    [
      'batched, spelt otherwise',
      [createEvent()],
      { 'content-type': 'Application/CloudEvents-Batch+JSON ; charset="UTF-8"' },
    ],
    ['structured', createEvent(), STRUCTURED],
    ['structured with a parameter', createEvent(), { 'content-type': 'application/cloudevents+json; charset=utf-8' }],
    ['plain JSON, one event', createEvent(), {}],
    ['plain JSON, an array', [createEvent()], { 'content-type': 'application/JSON;charset=utf-8' }],
    ['binary', createEvent().data, binaryHeaders()],
    ['gzip', gzipSync(JSON.stringify([createEvent()])), { ...BATCHED, 'content-encoding': 'GZIP' }],
    ['no encoding by name', [createEvent()], { ...BATCHED, 'content-encoding': 'identity' }],
  ])('takes %s', async (_name, payload, headers) => {
    const { post, batches } = await start();
    const answer = await post(payload, headers);
    expect([answer.statusCode, answer.json()]).toEqual([202, OK]);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.events).toMatchObject([
      { id: 'e-1', type: 'network', usages: [{ meter: 'network_egress_gb', quantity: '1' }] },
    ]);
    expect(batches[0]?.requests).toMatchObject([{ clusterKeyId: 'key-1', eventCount: 1 }]);
  });

  it('decodes the headers of a binary event: percent-encoding, quotes, raw Latin-1', async () => {
    const { post, batches } = await start();
    const { data } = createEvent();
    const id = async (value: string) => {
      await post(data, binaryHeaders({ 'ce-id': value }));
      return batches.at(-1)?.events[0]?.id;
    };
    expect(await id('a%20b%E2%82%AC')).toBe('a b€');
    expect(await id('"quoted \\" text"')).toBe('quoted " text');
    expect(await id('\u00dcber')).toBe('Über');
    expect(await id('100%')).toBe('100%');
    expect(await id('once%2520')).toBe('once%20');
  });

  it('refuses a binary event whose header is not UTF-8', async () => {
    const { post } = await start();
    const answer = await post(createEvent().data, binaryHeaders({ 'ce-subject': '%C0%A0' }));
    expect(answer.json()).toMatchObject({
      code: 'NO_USABLE_EVENT',
      errors: [{ index: 0, code: 'INVALID_TEXT', pointer: '/subject' }],
    });
  });

  it('names what a binary event lacks', async () => {
    const { post } = await start();
    const { 'ce-source': _left, ...headers } = binaryHeaders();
    expect((await post(createEvent().data, headers)).json().errors).toMatchObject([
      { code: 'MISSING_FIELD', pointer: '/source' },
    ]);
    expect((await post('', binaryHeaders())).json().errors).toMatchObject([
      { code: 'MISSING_FIELD', pointer: '/data' },
    ]);
  });

  it.each([
    ['another type', [createEvent()], { 'content-type': 'text/csv' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another event format', 'x', { 'content-type': 'application/cloudevents+protobuf' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another batch format', 'x', { 'content-type': 'application/cloudevents-batch+avro' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'another charset',
      [createEvent()],
      { 'content-type': 'application/json; charset=latin1' },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['no media type', [createEvent()], { 'content-type': 'nonsense' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['brotli', brotliCompressSync('[]'), { 'content-encoding': 'br' }, 'UNSUPPORTED_ENCODING'],
    ['deflate', 'x', { 'content-encoding': 'deflate' }, 'UNSUPPORTED_ENCODING'],
    ['gzip twice', 'x', { 'content-encoding': 'gzip, gzip' }, 'UNSUPPORTED_ENCODING'],
    ['a batch that is no array', createEvent(), BATCHED, 'INVALID_REQUEST'],
    ['one event that is an array', [createEvent()], STRUCTURED, 'INVALID_REQUEST'],
    ['what is no gzip', '[]', { 'content-encoding': 'gzip' }, 'INVALID_ENCODING'],
    ['half of a gzip', gzipSync('[1,2,3]').subarray(0, 15), { 'content-encoding': 'gzip' }, 'INVALID_ENCODING'],
    ['a bomb', gzipSync(Buffer.alloc(50 << 20)), { 'content-encoding': 'gzip' }, 'BODY_TOO_LARGE'],
    ['a large body', `["${'x'.repeat(5 << 20)}"]`, {}, 'BODY_TOO_LARGE'],
    ['too many events', `[${'1,'.repeat(5_000)}1]`, BATCHED, 'TOO_MANY_EVENTS'],
    ['too many values', `[${'"ab",'.repeat(150_000)}1]`, BATCHED, 'TOO_MANY_VALUES'],
    ['too many objects', `[${'{},'.repeat(50_000)}{}]`, BATCHED, 'TOO_MANY_VALUES'],
    ['too many levels', `${'[{"":'.repeat(25_001)}1${'}]'.repeat(25_001)}`, BATCHED, 'TOO_MANY_VALUES'],
    ['the most values', `[${'"ab",'.repeat(149_999)}1]`, BATCHED, 'TOO_MANY_EVENTS'],
    ['the most objects', `[${'{},'.repeat(49_998)}{}]`, BATCHED, 'TOO_MANY_EVENTS'],
    ['broken JSON', '[{', BATCHED, 'INVALID_JSON'],
    ['an empty body', '', BATCHED, 'INVALID_JSON'],
    ['what is no UTF-8', Buffer.from('["\xff"]', 'latin1'), BATCHED, 'INVALID_JSON'],
    ['a prototype', '[{"__proto__":{"a":1}}]', BATCHED, 'INVALID_JSON'],
    ['a prototype in escapes', '[{"\\u005f_proto__":{"a":1}}]', BATCHED, 'INVALID_JSON'],
    ['a constructor', '[{"a":[{"constructor":{"prototype":{}}}]}]', BATCHED, 'INVALID_JSON'],
  ])('refuses %s', async (_name, payload, headers, code) => {
    const { post, batches } = await start();
    const answer = await post(payload, headers);
    expect(answer.json()).toMatchObject({ code });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(batches).toEqual([]);
  });

  it('takes the words that attacks use where they are values', async () => {
    const { post } = await start();
    const event = createEvent({ id: 'constructor', subject: '__proto__' });
    expect((await post([event], BATCHED)).json()).toEqual(OK);
  });

  it('survives deep nesting', async () => {
    const { post } = await start();
    const deep = `${'['.repeat(40_000)}"constructor"${']'.repeat(40_000)}`;
    expect((await post(deep)).json()).toMatchObject({ code: 'NO_USABLE_EVENT' });
  });
});

describe('events', () => {
  it('keeps the good ones of a mixed batch and names the others', async () => {
    const { post, batches } = await start();
    const answer = await post([
      createEvent({ id: 'good' }),
      createEvent({ id: 'old', type: 'ai.hopsworks.usage.unknown.v1' }),
      7,
      createEvent({ id: 'good too' }),
    ]);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      accepted: 2,
      rejected: 2,
      errors: [
        { index: 1, id: 'old', code: 'UNKNOWN_EVENT_TYPE', pointer: '/type' },
        { index: 2, code: 'NOT_AN_OBJECT', pointer: '' },
      ],
    });
    expect(batches[0]?.events.map(({ id }) => id)).toEqual(['good', 'good too']);
  });

  it('answers 400 when none is usable, with the reasons', async () => {
    const { post } = await start();
    const answer = await post('[{"a":1e400}]');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'NO_USABLE_EVENT' });
    expect(answer.json().errors[0]).toMatchObject({ index: 0, code: 'MISSING_FIELD', pointer: '/id' });
  });

  it('says of an infinite quantity that it is no quantity', async () => {
    const { post } = await start();
    const text = JSON.stringify([createEvent()]).replace(String(2 ** 30), '1e400');
    expect((await post(text)).json().errors).toMatchObject([
      { code: 'INVALID_QUANTITY', pointer: '/data/egressBytes' },
    ]);
  });

  it('answers 403 when all name another cluster, which means another key', async () => {
    const { post } = await start();
    const foreign = createEvent({ source: 'urn:hopsworks:cluster:22222222-2222-4222-8222-222222222222' });
    expect((await post([foreign, foreign])).json()).toMatchObject({ status: 403, code: 'FOREIGN_SOURCE_ONLY' });
    expect((await post([foreign, createEvent()])).json()).toMatchObject({
      accepted: 1,
      errors: [{ code: 'FOREIGN_SOURCE' }],
    });
  });

  it('takes an empty batch, which queues nothing', async () => {
    const { post, batches } = await start();
    expect((await post([], BATCHED)).json()).toEqual({ accepted: 0, rejected: 0, errors: [] });
    expect(batches).toEqual([]);
  });

  it('names every event of the largest batch once', async () => {
    const { post } = await start();
    const answer = await post(`[${'{},'.repeat(4_999)}{}]`);
    expect(answer.json().errors.map(({ index }: { index: number }) => index)).toEqual(
      Array.from({ length: 5_000 }, (_, i) => i),
    );
  });
});

describe('when the queue is in trouble', () => {
  it('answers 503 when an add fails and says that sending again is safe', async () => {
    const error = new RequestError('QUEUE_UNAVAILABLE', 'the events may or may not be queued', {
      retryAfterSeconds: 2,
    });
    const { post, app } = await start({ queue: { add: () => Promise.reject(error), status: async () => IDLE } });
    await expect.poll(async () => (await app.inject('/readyz')).statusCode).toBe(200);
    const answer = await post([createEvent()]);
    expect(answer.json()).toMatchObject({ status: 503, code: 'QUEUE_UNAVAILABLE', detail: error.detail });
    expect(answer.headers['retry-after']).toBe('2');
  });

  it('refuses with a time to come again while the gate is closed, and is not ready', async () => {
    const status = async () => ({ ...IDLE, memoryUsedBytes: 660_000 });
    const { post, app, batches } = await start({ queue: { add: () => Promise.resolve(), status } });
    await expect.poll(async () => (await app.inject('/readyz')).json().checks.queue.detail).toBe('memory');
    const answer = await post([createEvent()]);
    expect(answer.json()).toMatchObject({ status: 503, code: 'BACKPRESSURE' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(5);
    expect(batches).toEqual([]);
    expect((await app.inject('/metrics')).body).toContain('ingest_gate_refusals_total{reason="memory"} 1');
  });
});

it('counts what came in', async () => {
  const { post, app } = await start();
  await post([createEvent(), {}]);
  const { body } = await app.inject('/metrics');
  expect(body).toContain('ingest_events_accepted_total 1');
  expect(body).toContain('ingest_events_rejected_total{code="MISSING_FIELD"} 1');
  expect(body).toContain('ingest_group_requests_count 1');
  expect(body).toContain('ingest_gate_open 1');
  expect(body).toContain('http_requests_total{method="POST",route="/api/v1/events",status="202"} 1');
});
