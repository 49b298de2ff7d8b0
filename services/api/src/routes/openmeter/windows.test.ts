import type { TotalsRow } from '@hopsmeter/db';
import {
  formatExactUnits,
  formatQuantity,
  formatUsageDay,
  MICROS_PER_DAY,
  parseUsageDay,
  roundExactUnits,
} from '@hopsmeter/usage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMoment } from './parameters.ts';
import { addUpWindows, formatMoment, type QueryGrouping } from './windows.ts';

const dayOf = (text: string): number => parseUsageDay(text) ?? Number.NaN;

const FROM = dayOf('2026-01-15');
const TO = dayOf('2026-04-10');

const RANGE = { from: FROM * MICROS_PER_DAY, to: TO * MICROS_PER_DAY };

function rowOf(day: number, userId: string, quantity: bigint): TotalsRow {
  return {
    day: formatUsageDay(day),
    accountOwnerId: null,
    userId,
    projectId: null,
    clusterId: null,
    meter: 'cpu_hours',
    quantity: formatQuantity(roundExactUnits(quantity)),
    quantityExact: formatExactUnits(quantity),
    cost: '0',
    accountName: null,
    userName: null,
    projectNamespace: null,
    isProjectReported: null,
    clusterName: null,
  };
}

it('adds up to the same total by day, by month and as one window, whatever it is grouped by', () => {
  const rows = fc.array(
    fc.tuple(fc.integer({ min: FROM, max: TO - 1 }), fc.constantFrom('a', 'b'), fc.bigInt(-(10n ** 20n), 10n ** 20n)),
  );
  fc.assert(
    fc.property(rows, fc.subarray<QueryGrouping>(['subject', 'cluster']), (days, groupBy) => {
      const given = days.map(([day, user, quantity]) => rowOf(day, user, quantity));
      const total = days.reduce((sum, [, , quantity]) => sum + quantity, 0n);
      for (const windowSize of ['DAY', 'MONTH', undefined] as const) {
        const values = addUpWindows(given, { ...RANGE, windowSize, groupBy: new Set(groupBy) });
        expect(values.reduce((sum, { quantity }) => sum + quantity, 0n)).toBe(total);
        for (const { from, to } of values) expect(from >= RANGE.from && from < to && to <= RANGE.to).toBe(true);
      }
    }),
  );
});

it('cuts months off where the question begins and ends', () => {
  const rows = ['2026-01-20', '2026-02-01', '2026-04-09'].map((day) => rowOf(dayOf(day), 'a', 1n));
  const values = addUpWindows(rows, { ...RANGE, windowSize: 'MONTH', groupBy: new Set() });
  expect(values.map(({ from, to }) => [formatMoment(from), formatMoment(to)])).toEqual([
    ['2026-01-15T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['2026-04-01T00:00:00Z', '2026-04-10T00:00:00Z'],
  ]);
});

it.each([
  ['2026-11-22', '2026-11-22T00:00:00Z'],
  ['2026-11-22T00:00:00.000Z', '2026-11-22T00:00:00Z'],
  ['2026-11-22T00:00:00+01:00', '2026-11-21T23:00:00Z'],
  ['2026-11-22T12:30:00.5Z', '2026-11-22T12:30:00.500Z'],
])('takes %s for a moment', (text, moment) => {
  expect(formatMoment(parseMoment(text) ?? Number.NaN)).toBe(moment);
});

it.each(['2026-02-30', '1763769600', '2026-11-22T12:00:00', ''])('does not take %j for one', (text) => {
  expect(parseMoment(text)).toBeUndefined();
});
