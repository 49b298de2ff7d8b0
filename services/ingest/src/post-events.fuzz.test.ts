import { gzipSync } from 'node:zlib';
import { decodeBatch, encodeBatch } from '@hopsmeter/queue';
import { createEvent, createTestIngest, SOURCE, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { EVENT_ERRORS, EVENT_TYPES, REQUEST_ERRORS } from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A sample in every run of the tests; FUZZ_RUNS=1000000 is the whole. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

const BATCHED = 'application/cloudevents-batch+json';
const STRUCTURED = 'application/cloudevents+json';

let ingest: TestIngest;

beforeAll(async () => {
  ingest = await createTestIngest({ keyLimits: { eventsPerSecond: 1e9, requestsPerSecond: 1e9 } });
});
afterAll(() => ingest?.app.close());

const window = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const time = '2026-11-22T14:00:00Z';

/** An event of every type. */
const EVENTS = [
  createEvent(),
  createEvent({
    type: EVENT_TYPES.compute,
    data: { namespace: 'n', window, cpuCoreHours: 1.5, gpuHours: '2', ramByteHours: 1e9, gpuModel: 'H100' },
  }),
  createEvent({ type: EVENT_TYPES.storage, data: { namespace: 'n', window, onlineBytes: 1, offlineBytes: '2e3' } }),
  createEvent({ type: EVENT_TYPES.meter, data: { meter: 'calls', quantity: '1.000000000001' } }),
  createEvent({ type: EVENT_TYPES.correction, data: { replaces: 'e-0', quantities: { cpu_hours: 1 }, reason: 'r' } }),
  createEvent({ type: EVENT_TYPES.manifest, data: { window, eventCount: 2, sums: { cpu_hours: '1' } } }),
  createEvent({
    type: EVENT_TYPES.project,
    data: {
      namespace: 'n',
      projectName: 'n',
      projectId: 1,
      owner: 'auth0|ada',
      createdAt: window.start,
      endedAt: time,
    },
  }),
];

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));

/** Pieces of JSON, of attacks on it and of bytes that are no text. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'{}[],:"\\ \n', '{"', '"}', '":', 'null', 'true', '-', '1e999', '-0', '0.', '1', '"\\ud800"'),
      fc.constantFrom(
        '"__proto__":{',
        '"constructor":{"prototype":{}}',
        '"data":',
        '"id":"i"',
        '\ufeff',
        '\0',
        '\u2028',
      ),
      fc.constantFrom('[[[[', `"source":"${SOURCE}"`, '"specversion":"1.0"', `"time":"${time}"`, '"\\u0000"', '"\\'),
      bytes,
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));

type Edit = { readonly at: number; readonly remove: number; readonly insert: Buffer };

/** A place as a share of the whole, how many bytes go there, and what comes instead. */
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1) }, fc.nat(200)),
    insert: fc.oneof(
      fc.constantFrom('', '"', '}', ']', '\\', '-', '9', 'e', 'é').map((text) => Buffer.from(text)),
      bytes,
    ),
  }),
  { maxLength: 3 },
);

function edit(whole: Buffer, changes: readonly Edit[]): Buffer {
  return changes.reduce((body, { at, remove, insert }) => {
    const place = Math.floor(at * body.length);
    return Buffer.concat([body.subarray(0, place), insert, body.subarray(place + remove)]);
  }, whole);
}

/** One event, or several as an array. */
const events = fc.oneof(
  fc.constantFrom(...EVENTS),
  fc.array(fc.constantFrom(...EVENTS, null, 1, [], {}), { maxLength: 3 }),
);
const nearlyEvents = fc
  .tuple(events, edits)
  .map(([value, changes]) => edit(Buffer.from(JSON.stringify(value)), changes));

const bodies = fc.oneof(
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: pieces },
  { weight: 4, arbitrary: nearlyEvents },
);

/** Compressed, then perhaps damaged. */
const encodings = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant([] as Edit[]) },
  { weight: 1, arbitrary: edits },
);

/** A header as Node gives it: any bytes that HTTP allows, as Latin-1. */
const header = fc.oneof(
  fc.constantFrom('1.0', SOURCE, EVENT_TYPES.network, time, 'e-1', '"', '""', '%', '%ff', '%E2%82%AC', '"\\"'),
  fc
    .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 12 })
    .map((codes) => String.fromCharCode(...codes)),
);
const attributes = fc.dictionary(
  fc.constantFrom('ce-id', 'ce-source', 'ce-specversion', 'ce-type', 'ce-time', 'ce-subject', 'ce-other'),
  header,
);
const goodAttributes = {
  'ce-id': 'e-1',
  'ce-source': SOURCE,
  'ce-specversion': '1.0',
  'ce-type': EVENT_TYPES.network,
};
const types = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(BATCHED, STRUCTURED, 'application/json') },
  { weight: 1, arbitrary: header },
);

/** In a code of ours, 4xx; or accepted, and what was queued is read back by the worker as it was. */
function checkAnswer({ statusCode, body }: { readonly statusCode: number; readonly body: string }): void {
  const batches = ingest.batches.splice(0);
  const answer = JSON.parse(body);
  for (const { code } of answer.errors ?? []) expect(EVENT_ERRORS).toHaveProperty(code);
  if (statusCode === 202) {
    expect(batches.flatMap((batch) => batch.events)).toHaveLength(answer.accepted);
    for (const batch of batches) expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
    return;
  }
  expect(batches).toEqual([]);
  expect(statusCode).toBeGreaterThanOrEqual(400);
  expect(statusCode).toBeLessThan(500);
  expect(REQUEST_ERRORS).toHaveProperty(answer.code);
}

it(
  `answers ${RUNS} bodies of whatever bytes, compressed or not, in every content mode`,
  async () => {
    await fc.assert(
      fc.asyncProperty(bodies, encodings, types, fc.option(attributes), async (body, damage, type, extra) => {
        const payload = damage === undefined ? body : edit(gzipSync(body), damage);
        const headers = {
          'content-type': type,
          ...(damage === undefined ? {} : { 'content-encoding': 'gzip' }),
          ...(extra === null ? {} : { ...goodAttributes, ...extra }),
        };
        checkAnswer(await ingest.post(payload, headers));
      }),
      { numRuns: RUNS },
    );
  },
  60_000 + 2 * RUNS,
);
