import { HOUR, SAMPLE_START, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CorrectionEvent, UsageEvent } from '../event.ts';
import { formatExactUnits } from '../exact-quantity.ts';
import { contentHashOf } from '../identity.ts';
import { readParkedCorrection, readParkedUsage, writeParkedEvent } from './parked-event.ts';

const textArbitrary = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' });
const optionalText = fc.option(textArbitrary, { nil: undefined });
const timeArbitrary = fc.integer({ min: SAMPLE_START - 400 * 24 * HOUR, max: SAMPLE_START });
const quantityArbitrary = fc.bigInt({ min: 1n, max: 10n ** 47n }).map(formatExactUnits);
const eventArbitrary: fc.Arbitrary<UsageEvent> = fc
  .record({
    id: textArbitrary,
    sourcePath: fc.string({ maxLength: 20 }),
    type: fc.constantFrom('compute', 'storage', 'network', 'meter'),
    subject: optionalText,
    namespace: optionalText,
    gpuModel: optionalText,
    start: timeArbitrary,
    duration: fc.integer({ min: 0, max: 40 * 24 * HOUR }),
    usages: fc.array(fc.record({ meter: textArbitrary, quantity: quantityArbitrary }), {
      maxLength: 4,
    }),
  })
  .map(({ duration, ...event }) => ({ ...event, end: event.start + duration }));

it('reads every event as it was described, with its identity and its content', () => {
  fc.assert(
    fc.property(eventArbitrary, (event) => {
      const read = readParkedUsage(JSON.parse(writeParkedEvent(event)));
      expect(read).toEqual(event);
      expect(read && contentHashOf(read)).toBe(contentHashOf(event));
    }),
  );
});

const correctionArbitrary: fc.Arbitrary<CorrectionEvent> = fc.record({
  id: textArbitrary,
  sourcePath: fc.string({ maxLength: 20 }),
  type: fc.constant('correction'),
  replaces: textArbitrary,
  correctedAt: timeArbitrary,
  usages: fc.array(fc.record({ meter: textArbitrary, quantity: quantityArbitrary }), {
    maxLength: 4,
  }),
  reason: optionalText,
});

it('reads every correction as it was described, and takes no correction for usage', () => {
  fc.assert(
    fc.property(correctionArbitrary, (event) => {
      const described: unknown = JSON.parse(writeParkedEvent(event, 'key'));
      const read = readParkedCorrection(described);
      expect(read).toEqual(event);
      expect(read && contentHashOf(read)).toBe(contentHashOf(event));
      expect(described).toHaveProperty('replacesKey', 'key');
      expect(readParkedUsage(described)).toBeUndefined();
    }),
  );
  expect(readParkedCorrection(JSON.parse(writeParkedEvent(sampleEvent('a'))))).toBeUndefined();
});

it.each([
  [{ payload: '{"v":9}' }],
  [null],
  ['text'],
  [{ ...JSON.parse(writeParkedEvent(sampleEvent('a'))), start: '2026-02-30T00:00:00Z' }],
  [
    {
      ...JSON.parse(writeParkedEvent(sampleEvent('a'))),
      usages: [{ meter: 'm', quantity: '1.000000000000000000000000000000001' }],
    },
  ],
  [{ ...JSON.parse(writeParkedEvent(sampleEvent('a'))), type: 'other' }],
])('takes nothing else for an event (%j)', (value) => {
  expect(readParkedUsage(value)).toBeUndefined();
});
