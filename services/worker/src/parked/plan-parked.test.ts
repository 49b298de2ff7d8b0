import type { TakenEvent } from '@hopsmeter/db';
import {
  type CorrectionEvent,
  contentHashOf,
  describeEvent,
  eventKeyOf,
  formatExactUnits,
  parseDescribedCorrection,
  parseDescribedEvent,
  type UsageEvent,
} from '@hopsmeter/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatch } from '../record/plan-batch.ts';
import {
  HOUR,
  SAMPLE_CLUSTER,
  SAMPLE_DIRECTORY,
  SAMPLE_START,
  sampleBatch,
  sampleEvent,
} from '../testing/sample-events.ts';
import { planParked } from './plan-parked.ts';

/** As Postgres hands it out. */
function take(event: UsageEvent, changes: Partial<TakenEvent> = {}): TakenEvent {
  return {
    id: `parked ${event.id}`,
    eventKey: eventKeyOf(SAMPLE_CLUSTER, event),
    contentHash: contentHashOf(event),
    clusterId: SAMPLE_CLUSTER,
    isReleased: false,
    event: JSON.parse(describeEvent(event)),
    ...changes,
  };
}

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
      const read = parseDescribedEvent(JSON.parse(describeEvent(event)));
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
      const described: unknown = JSON.parse(describeEvent(event, 'key'));
      const read = parseDescribedCorrection(described);
      expect(read).toEqual(event);
      expect(read && contentHashOf(read)).toBe(contentHashOf(event));
      expect(described).toHaveProperty('replacesKey', 'key');
      expect(parseDescribedEvent(described)).toBeUndefined();
    }),
  );
  expect(parseDescribedCorrection(JSON.parse(describeEvent(sampleEvent('a'))))).toBeUndefined();
});

it.each([
  [{ payload: '{"v":9}' }],
  [null],
  ['text'],
  [{ ...JSON.parse(describeEvent(sampleEvent('a'))), start: '2026-02-30T00:00:00Z' }],
  [
    {
      ...JSON.parse(describeEvent(sampleEvent('a'))),
      usages: [{ meter: 'm', quantity: '1.000000000000000000000000000000001' }],
    },
  ],
  [{ ...JSON.parse(describeEvent(sampleEvent('a'))), type: 'other' }],
])('takes nothing else for an event (%j)', (value) => {
  expect(parseDescribedEvent(value)).toBeUndefined();
});

describe('the plan of parked events', () => {
  it('has the rows that the same events have when they just came', () => {
    const midnight = Math.ceil(SAMPLE_START / (24 * HOUR)) * 24 * HOUR;
    const events = [
      sampleEvent('a'),
      sampleEvent('night', { start: midnight - HOUR, end: midnight + 2 * HOUR }),
      sampleEvent('gpu', { gpuModel: 'H100', usages: [{ meter: 'gpu_hours', quantity: '0.000000000005' }] }),
      sampleEvent('subject', { subject: 'auth0|ada', namespace: undefined }),
    ];
    const { ledger, attributions, windows, prices } = planBatch(sampleBatch(events), SAMPLE_DIRECTORY);
    expect(
      planParked(
        events.map((event) => take(event)),
        SAMPLE_DIRECTORY,
      ),
    ).toEqual({
      directoryVersion: '5',
      ledger,
      attributions,
      windows,
      prices,
      stillParked: [],
    });
  });

  it('says of each event why it cannot be counted yet', () => {
    const taken = [
      take(sampleEvent('namespace', { namespace: 'nope' })),
      take(sampleEvent('user', { subject: 'auth0|nobody' })),
      take(sampleEvent('cluster', { namespace: 'lab' })),
      take(sampleEvent('meter', { usages: [{ meter: 'unheard_of', quantity: '0.000000000001' }] })),
      take(sampleEvent('rate', { usages: [{ meter: 'model_calls', quantity: '0.000000000001' }] })),
      take(sampleEvent('window', { end: SAMPLE_START + 32 * 24 * HOUR })),
      take(sampleEvent('job'), { event: { payload: 'x' } }),
      take(sampleEvent('stray'), { clusterId: undefined }),
      take(sampleEvent('fine')),
    ];
    const { stillParked, ledger } = planParked(taken, SAMPLE_DIRECTORY);
    expect(stillParked.map(({ place, reason }) => [place, reason])).toEqual([
      [0, 'unknown_namespace'],
      [1, 'unknown_user'],
      [2, 'user_not_on_cluster'],
      [3, 'unknown_meter'],
      [4, 'no_rate'],
      [5, 'implausible'],
      [6, undefined],
      [7, undefined],
    ]);
    expect(ledger.map(({ position, eventId }) => [position, eventId])).toEqual([[8, 'fine']]);
  });

  it('counts what a person released, however implausible, if it can be attributed', () => {
    const event = sampleEvent('much', { usages: [{ meter: 'cpu_hours', quantity: '1000000000000000' }] });
    expect(planParked([take(event)], SAMPLE_DIRECTORY).stillParked).toMatchObject([{ reason: 'implausible' }]);
    expect(planParked([take(event, { isReleased: true })], SAMPLE_DIRECTORY)).toMatchObject({
      ledger: [{ usages: [{ quantity: '1000000000000000' }] }],
      stillParked: [],
    });
    const lost = take({ ...event, namespace: 'nope' }, { isReleased: true });
    expect(planParked([lost], SAMPLE_DIRECTORY).stillParked).toMatchObject([{ reason: 'unknown_namespace' }]);
  });

  it('counts one of two contents with the same identity, the first that can be', () => {
    const first = take(sampleEvent('a', { namespace: 'nope' }), { id: '1' });
    const second = take(sampleEvent('a'), { id: '2' });
    const third = take(sampleEvent('a', { usages: [{ meter: 'cpu_hours', quantity: '0.000000000007' }] }), { id: '3' });
    const { ledger, stillParked } = planParked([first, second, third], SAMPLE_DIRECTORY);
    expect(ledger.map(({ position }) => position)).toEqual([1]);
    expect(stillParked.map(({ place, reason }) => [place, reason])).toEqual([
      [0, 'unknown_namespace'],
      [2, 'conflict'],
    ]);
  });

  it('keeps identity and content as they were parked, though the texts had to be changed to be stored', () => {
    const original = sampleEvent('a\0b');
    const taken = take({ ...original, id: 'a\ufffdb' }, { eventKey: 'key', contentHash: 1n });
    expect(planParked([taken], SAMPLE_DIRECTORY).ledger).toMatchObject([{ eventKey: 'key', contentHash: 1n }]);
  });

  it('does not count what was set aside', () => {
    const setAside = new Map([['parked a', { reason: 'uncountable', detail: 'refused' } as const]]);
    expect(planParked([take(sampleEvent('a'))], SAMPLE_DIRECTORY, setAside)).toMatchObject({
      ledger: [],
      stillParked: [{ place: 0, reason: 'uncountable', detail: 'refused' }],
    });
  });
});
