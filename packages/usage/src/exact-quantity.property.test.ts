import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ONE, type Quantity } from './decimal.ts';
import { isDeferred } from './event.ts';
import { formatExactUnits, roundExactUnits, roundQuantity, toExactUnits } from './exact-quantity.ts';
import { contentHashOf } from './identity.ts';
import { parseEvent } from './parse-event.ts';
import { modelEffect } from './pricing/model-effect.ts';
import type { EffectivePrice } from './pricing/pricing.ts';
import { splitByDay } from './split-by-day.ts';
import { formatTime } from './time.ts';

const CLUSTER = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001';
const NOW = Date.UTC(2026, 10, 22) * 1_000;
const START = Date.UTC(2026, 10, 20) * 1_000;
const HOUR = 3_600_000_000;
const GIB = 2 ** 30;

function parse(type: 'network' | 'storage', data: object, start: number, end: number) {
  const parsed = parseEvent(
    {
      specversion: '1.0',
      id: 'e',
      source: `urn:hopsworks:cluster:${CLUSTER}`,
      type: `ai.hopsworks.usage.${type}.v1`,
      data: { namespace: 'ml', window: { start: formatTime(start), end: formatTime(end) }, ...data },
    },
    { clusterId: CLUSTER, now: NOW },
  );
  if (!parsed.ok || isDeferred(parsed.event)) throw new Error(JSON.stringify(parsed));
  return parsed.event;
}

const sent = (bytes: number, from = START, to = START + HOUR) => parse('network', { egressBytes: bytes }, from, to);
const stored = (bytes: number, from: number, to: number) =>
  parse('storage', { onlineBytes: bytes, offlineBytes: 0 }, from, to);

/** What the events come to, as it is shown and priced. */
function shown(events: readonly ReturnType<typeof sent>[]): Quantity {
  const parts = events.flatMap((event) => splitByDay(event).flatMap(({ usages }) => usages));
  return roundExactUnits(parts.reduce((sum, { quantity }) => sum + toExactUnits(quantity), 0n));
}

/** Cuts a whole number in pieces at any places. */
const cutAt = (whole: number, places: readonly number[]): readonly number[] => {
  const cuts = [0, ...places.map((place) => place % (whole + 1)).sort((a, b) => a - b), whole];
  return cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0));
};
const places = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 30 });

const PACKAGE: EffectivePrice = {
  model: 'package',
  price: 10n * ONE,
  priceQuantity: 100n * ONE,
  tiers: [],
  includedQuantity: 0n,
  meter: 'network_egress_gb',
  rateId: 'rate',
  overrideId: undefined,
  priceText: '10',
  priceQuantityText: '100',
};
const VOLUME: EffectivePrice = {
  ...PACKAGE,
  model: 'volume',
  priceQuantity: ONE,
  tiers: [
    { upTo: 100n * ONE, price: 3n * ONE },
    { upTo: undefined, price: ONE },
  ],
};

/** What an account's month of these events costs. */
const costOf = (events: readonly ReturnType<typeof sent>[], price: EffectivePrice): Quantity =>
  modelEffect(
    events.flatMap((event) =>
      splitByDay(event).flatMap(({ day, usages }) =>
        usages.map(({ quantity }) => ({ day, quantity: toExactUnits(quantity), cost: 0n, price })),
      ),
    ),
  );

describe('the parts of a whole are the whole', () => {
  it('when three events make exactly 100 GB: one package, and the tier that ends there', () => {
    const events = [497_976_983, 40_611_335_412, 66_264_870_005].map((bytes) => sent(bytes));
    expect(shown(events)).toBe(100n * ONE);
    expect(costOf(events, PACKAGE)).toBe(10n * ONE);
    expect(costOf(events, VOLUME)).toBe(300n * ONE);
    // One byte more is one package more.
    expect(costOf([...events, sent(1)], PACKAGE)).toBe(20n * ONE);
  });

  it('however bytes are cut into events: quantity, package and tier stay', () => {
    const near = fc.tuple(fc.integer({ min: 98, max: 101 }), fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(near, places, ([gb, bytes], cuts) => {
        const total = gb * GIB + bytes;
        const parts = cutAt(
          total,
          cuts.map((cut) => cut * 64),
        ).map((part) => sent(part));
        expect(shown(parts)).toBe(shown([sent(total)]));
        for (const price of [PACKAGE, VOLUME]) expect(costOf(parts, price)).toBe(costOf([sent(total)], price));
      }),
    );
  });

  it(`however a window of stored bytes is cut, also over midnight and
    where the sum lies in the middle of two quantities`, () => {
    // Multiples of 128 KiB for whole hours have 13 decimals, the last one a 5.
    const bytes = fc.oneof(
      fc.nat({ max: 2 ** 33 }),
      fc.integer({ min: 1, max: 999 }).map((count) => count * 2 ** 17),
    );
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 30 }), places, (count, hours, cuts) => {
        const end = START + hours * HOUR;
        let from = START;
        const parts = cutAt(
          hours * HOUR,
          cuts.map((cut) => cut * 977),
        ).flatMap((micros) => {
          if (micros === 0) return [];
          const event = stored(count, from, from + micros);
          from += micros;
          return [event];
        });
        expect(from).toBe(end);
        expect(shown(parts)).toBe(shown([stored(count, START, end)]));
      }),
      { numRuns: 500 },
    );
  });

  it('is half away from zero once the error of thirds is gone', () => {
    const third = toExactUnits('0.00004069010416666666666666666667');
    expect(roundExactUnits(3n * third)).toBe(122_070_313n);
    expect(roundQuantity('0.0001220703125')).toBe(122_070_313n);
    expect(roundQuantity('-0.0001220703125')).toBe(-122_070_313n);
    // 4.1 × 10⁻²² below the middle is the nearest that usage can be, and stays below.
    expect(roundQuantity('0.00012207031249999999959')).toBe(122_070_312n);
  });
});

it('an event with 12 decimals, as it was queued before, is a copy of the one with all of them', () => {
  const event = sent(497_976_983);
  const before = { ...event, usages: [{ meter: 'network_egress_gb', quantity: '0.463777205907' }] };
  expect(event.usages).not.toEqual(before.usages);
  expect(contentHashOf(event)).toBe(contentHashOf(before));
  const tiny = { ...event, usages: [{ meter: 'network_egress_gb', quantity: '0.0000000000004' }] };
  expect(contentHashOf(tiny)).toBe(contentHashOf({ ...event, usages: [] }));
});

it('an exact quantity is written and read without a loss', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 58n), max: 10n ** 58n }), (units) => {
      const text = formatExactUnits(units);
      expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,31}[1-9])?$/);
      expect(toExactUnits(text)).toBe(units);
    }),
  );
  for (const text of ['', '1.', '.5', '1e3', 'NaN', `0.${'1'.repeat(33)}`])
    expect(() => toExactUnits(text)).toThrow(RangeError);
});
