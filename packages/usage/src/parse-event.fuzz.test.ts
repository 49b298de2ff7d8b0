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
  fc.constantFrom('2026-11-22T10:00:00Z', '2026-11-22T11:00:00+01:00', '2026-02-30T00:00:00Z', '2025-01-01T00:00:00Z'),
  anything,
);

const maybe = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined, freq: 8 });

/** Nearly an event: each field is right, wrong in one way or another, or missing. */
const nearlyAnEvent = fc
  .record({
    specversion: maybe(fc.oneof({ weight: 9, arbitrary: fc.constant('1.0') }, anything)),
    type: maybe(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.values(EVENT_TYPES)) }, anything)),
    source: maybe(fc.oneof({ weight: 9, arbitrary: fc.constant(`urn:hopsworks:cluster:${CLUSTER}/x`) }, anything)),
    id: maybe(fc.oneof({ weight: 9, arbitrary: fc.string({ minLength: 1 }) }, anything)),
    time: maybe(time),
    subject: maybe(fc.oneof(fc.constant('auth0|ada'), anything)),
    data: maybe(
      fc.oneof(
        {
          weight: 9,
          arbitrary: fc.dictionary(
            fc.constantFrom(
              'namespace',
              'window',
              'cpuCoreHours',
              'gpuHours',
              'ramByteHours',
              'gpuModel',
              'onlineBytes',
              'offlineBytes',
              'egressBytes',
              'meter',
              'quantity',
              'replaces',
              'quantities',
              'eventCount',
              'sums',
              '__proto__',
            ),
            fc.oneof(fc.record({ start: time, end: time }), fc.nat(), fc.string(), anything),
          ),
        },
        anything,
      ),
    ),
  })
  .map((event) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)));

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
          for (const { quantity } of usages) expect(quantity).toBeGreaterThan(0n);
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
