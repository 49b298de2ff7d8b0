import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EVENT_ERRORS } from './errors.ts';
import { EVENT_TYPES, isDeferred } from './event.ts';
import { contentHashOf, eventKeyOf } from './identity.ts';
import { parseEvent } from './parse-event.ts';
import { splitByDay } from './split-by-day.ts';
import { parseTime } from './time.ts';

/** A sample in every run of the tests; FUZZ_RUNS=1000000 is the whole. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 3_000);
const TIMEOUT_MS = 60_000 + 2 * RUNS;

const CLUSTER = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001';
const NOW = parseTime('2026-11-22T13:00:00Z') ?? 0;

/** What somebody may send where a value is expected. */
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  fc.constantFrom('', 'NaN', '-0', '1e400', '0x10', '１', '\u0000', '\ud800', '__proto__', '9'.repeat(70)),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const time = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('2026-11-22T10:00:00Z', '2026-11-22T11:30:00+01:00', '2026-11-20T23:59:59.999999999Z'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('2026-02-30T00:00:00Z', '2025-01-01T00:00:00Z', '2026-11-22T24:00:00Z', 'now'),
  },
  { weight: 1, arbitrary: anything },
);

const WINDOW = { start: '2026-11-22T10:00:00Z', end: '2026-11-22T12:00:00Z' };
const EVENTS = [
  {
    type: EVENT_TYPES.compute,
    data: { namespace: 'ml', window: WINDOW, cpuCoreHours: 1, gpuHours: 2, ramByteHours: 3 },
  },
  { type: EVENT_TYPES.storage, data: { namespace: 'ml', window: WINDOW, onlineBytes: 1e9, offlineBytes: '2' } },
  { type: EVENT_TYPES.network, data: { namespace: 'ml', window: WINDOW, egressBytes: 1e9 } },
  { type: EVENT_TYPES.meter, data: { meter: 'calls', quantity: '1.5' } },
  { type: EVENT_TYPES.correction, data: { replaces: 'e-0', quantities: { cpu_hours: 1 } } },
  { type: EVENT_TYPES.manifest, data: { window: WINDOW, eventCount: 2, sums: { cpu_hours: '1' } } },
  { type: EVENT_TYPES.manifest, data: { window: WINDOW, eventCount: 0, missing: 'no answer' } },
  { type: EVENT_TYPES.storage, data: { namespace: 'ml', window: WINDOW, offlineBytes: '2' } },
  {
    type: EVENT_TYPES.project,
    data: { namespace: 'ml', projectName: 'ml', projectId: 1, owner: 'auth0|ada', createdAt: WINDOW.start },
  },
];

/** Values of fields by their names; `undefined` takes a field away. */
const changes = (names: readonly string[], values: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom(...names), fc.oneof(values, fc.constant(undefined)), { maxKeys: 2 });

const DATA_FIELDS = [
  ...new Set(EVENTS.flatMap(({ data }) => Object.keys(data))),
  'gpuModel',
  'reason',
  'endedAt',
  '__proto__',
];
const quantities = fc.dictionary(fc.string(), fc.oneof(fc.double(), anything), { maxKeys: 3 });

/** Nearly an event: right, but for some fields that are wrong in one way or another, or missing. */
const nearlyAnEvent = fc
  .record({
    event: fc.constantFrom(...EVENTS),
    envelope: changes(['specversion', 'type', 'source', 'id', 'time', 'subject', 'data'], fc.oneof(time, anything)),
    window: fc.option(fc.record({ start: time, end: time }), { freq: 2 }),
    data: changes(DATA_FIELDS, fc.oneof(fc.nat(), quantities, anything)),
  })
  .map(({ event, envelope, window, data }) => {
    const source = `urn:hopsworks:cluster:${CLUSTER}/x`;
    const whole = { specversion: '1.0', id: 'e-1', source, time: WINDOW.end, subject: 'auth0|ada', ...event };
    return without({
      ...whole,
      data: without({ ...event.data, ...(window === null ? {} : { window }), ...data }),
      ...envelope,
    });
  });

/** The fields that are there. */
function without(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

it(
  `never throws on ${RUNS} events that are nearly right, and what it takes can be counted`,
  () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearlyAnEvent }, anything), (value) => {
        const parsed = parseEvent(value, { clusterId: CLUSTER, now: NOW });
        if (!parsed.ok) {
          expect(parsed.problems.length).toBeGreaterThan(0);
          for (const { code, detail } of parsed.problems) {
            expect(EVENT_ERRORS).toHaveProperty(code);
            expect(detail).not.toBe('');
          }
          return;
        }
        const { event } = parsed;
        expect(eventKeyOf(CLUSTER, event)).toMatch(/^[0-9a-f]{32}$/);
        expect(typeof contentHashOf(event)).toBe('bigint');
        if (isDeferred(event)) return;
        for (const { usages } of splitByDay(event))
          for (const { quantity } of usages) expect(quantity).toMatch(/[1-9]/);
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

it(
  'never throws on text that is nearly JSON',
  () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseEvent(text, { clusterId: CLUSTER, now: NOW }).ok).toBe(false);
        expect(() => parseTime(text)).not.toThrow();
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
