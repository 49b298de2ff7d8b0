import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatExactUnits, toExactUnits } from './exact-quantity.ts';
import { splitByDay } from './split-by-day.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './time.ts';

const DAY = 20_779;
const MIDNIGHT = DAY * MICROS_PER_DAY;

const quantity = fc.oneof(
  fc.bigInt({ min: 1n, max: 5n }),
  fc.bigInt({ min: 1n, max: 10n ** 47n }),
  fc.bigInt({ min: 1n, max: 10_000n }),
);
const duration = fc.oneof(
  fc.integer({ min: 1, max: 40 * MICROS_PER_DAY }),
  fc.integer({ min: 1, max: 40 }).map((days) => days * MICROS_PER_DAY),
  fc.integer({ min: 1, max: 10 }),
);
const events = fc
  .tuple(fc.integer({ min: 0, max: 3 * MICROS_PER_DAY }), duration, fc.array(quantity, { maxLength: 3 }))
  .map(([offset, length, amounts]) => ({
    start: MIDNIGHT + offset,
    end: MIDNIGHT + offset + length,
    usages: amounts.map((amount, index) => ({ meter: `meter_${index}`, quantity: formatExactUnits(amount) })),
  }));

describe('splitting by day', () => {
  it('adds up exactly to the whole and is never negative', () => {
    fc.assert(
      fc.property(events, (event) => {
        const totals = new Map<string, bigint>();
        for (const { usages } of splitByDay(event))
          for (const { meter, quantity } of usages) {
            const units = toExactUnits(quantity);
            expect(units > 0n).toBe(true);
            totals.set(meter, (totals.get(meter) ?? 0n) + units);
          }
        expect(totals).toEqual(new Map(event.usages.map(({ meter, quantity }) => [meter, toExactUnits(quantity)])));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives each day its share by duration, to less than a unit', () => {
    fc.assert(
      fc.property(events, ({ start, end, usages }) => {
        const length = BigInt(end - start);
        for (const part of splitByDay({ start, end, usages })) {
          const from = Math.max(start, part.day * MICROS_PER_DAY);
          const overlap = BigInt(Math.min(end, (part.day + 1) * MICROS_PER_DAY) - from);
          for (const { meter, quantity } of usages) {
            const share = part.usages.find((usage) => usage.meter === meter)?.quantity ?? '0';
            const error = toExactUnits(share) * length - toExactUnits(quantity) * overlap;
            expect(error <= length && error >= -length).toBe(true);
          }
        }
      }),
    );
  });

  it('names every day of the window once, the first one first', () => {
    fc.assert(
      fc.property(events, ({ start, end, usages }) => {
        const first = Math.floor(start / MICROS_PER_DAY);
        const last = Math.ceil(end / MICROS_PER_DAY) - 1;
        expect(splitByDay({ start, end, usages }).map(({ day }) => day)).toEqual(
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
      }),
    );
  });

  it('keeps five units over forty days five units', () => {
    const parts = splitByDay({
      start: MIDNIGHT + 1,
      end: MIDNIGHT + 40 * MICROS_PER_DAY,
      usages: [{ meter: 'cpu_hours', quantity: formatExactUnits(5n) }],
    });
    expect(parts).toHaveLength(40);
    expect(parts.flatMap(({ usages }) => usages.map(({ quantity }) => quantity))).toEqual(
      Array.from({ length: 5 }, () => formatExactUnits(1n)),
    );
  });

  it('does not touch the next day with a window that ends at midnight', () => {
    const usages = [{ meter: 'cpu_hours', quantity: formatExactUnits(7n) }];
    expect(splitByDay({ start: MIDNIGHT - MICROS_PER_HOUR, end: MIDNIGHT, usages })).toEqual([
      { day: DAY - 1, usages },
    ]);
    expect(splitByDay({ start: MIDNIGHT - MICROS_PER_HOUR, end: MIDNIGHT + 1, usages })).toEqual([
      { day: DAY - 1, usages },
      { day: DAY, usages: [] },
    ]);
  });

  it('splits an hour around midnight by its minutes', () => {
    const quarter = MICROS_PER_HOUR / 4;
    const usages = [{ meter: 'cpu_hours', quantity: '4' }];
    expect(splitByDay({ start: MIDNIGHT - quarter, end: MIDNIGHT + 3 * quarter, usages })).toEqual([
      { day: DAY - 1, usages: [{ meter: 'cpu_hours', quantity: '1' }] },
      { day: DAY, usages: [{ meter: 'cpu_hours', quantity: '3' }] },
    ]);
  });

  it('counts an instant on its day', () => {
    const usages = [{ meter: 'jobs', quantity: '0.000000000001' }];
    expect(splitByDay({ start: MIDNIGHT, end: MIDNIGHT, usages })).toEqual([{ day: DAY, usages }]);
  });
});
