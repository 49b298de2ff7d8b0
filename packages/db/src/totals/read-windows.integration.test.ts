import {
  closeMonth,
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  formatUsageDay,
  MICROS_PER_DAY,
  type Micros,
  ONE_EXACT,
  parseTime,
  toExactUnits,
  usageDayOf,
} from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readTotals } from './read-totals.ts';
import { readWindows, type WindowRow, type WindowsQuery } from './read-windows.ts';

const HOUR = 3_600_000_000;

/** Berlin sets its clocks back on 2026-10-25: a day of 25 hours, a month of one hour more. */
const at = (text: string): Micros => parseTime(text) ?? Number.NaN;
const FROM = at('2026-10-20T00:00:00Z');
const TO = at('2026-11-10T00:00:00Z');

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(() =>
  database.pool.query('truncate hopsmeter.usage_daily, hopsmeter.usage_events, hopsmeter.usage_batches'),
);
afterAll(() => database?.close());

let lastEvent = 0;
const used = (start: Micros, hours: number, quantity: string, subject = seeded.ownerId) => ({
  id: `event ${lastEvent++}`,
  clusterId: seeded.clusterId,
  subject,
  start,
  end: start + hours * HOUR,
  quantity,
});

const read = (query: Partial<WindowsQuery>) =>
  readWindows(database.pool, {
    meter: 'cpu_hours',
    from: FROM,
    to: TO,
    unit: undefined,
    timeZone: 'UTC',
    groupBy: new Set(),
    only: new Map(),
    rowsMax: 20_000,
    ...query,
  });

const sumOf = (rows: readonly Pick<WindowRow, 'quantityExact'>[]) =>
  rows.reduce((sum, { quantityExact }) => sum + toExactUnits(quantityExact), 0n);

const shown = (rows: readonly WindowRow[]) =>
  rows.map(({ from, to, quantityExact }) => `${from.slice(0, 16)} ${to.slice(0, 16)} ${quantityExact}`);

it('the hours of a day add up to its rollup, and days and months of every zone to the total', async () => {
  const usage = fc.record({
    start: fc.integer({ min: 0, max: (TO - FROM) / 1_000 - 1 }).map((ms) => FROM + ms * 1_000),
    hours: fc.constantFrom(0, 0.5, 1, 7, 30, 80),
    quantity: fc.constantFrom('1', '0.000000000001', '2.7', '10.333333333333'),
    member: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(usage, { minLength: 1, maxLength: 20 }), async (usages) => {
      await database.pool.query('truncate hopsmeter.usage_daily, hopsmeter.usage_events, hopsmeter.usage_batches');
      await recordUsage(
        database.pool,
        usages.map(({ start, hours, quantity, member }) =>
          used(start, hours, quantity, member ? seeded.memberId : seeded.ownerId),
        ),
      );
      // Windows may reach beyond the last day on which one begins.
      const to = TO + 4 * MICROS_PER_DAY;
      const totals = await readTotals(database.pool, {
        from: formatUsageDay(usageDayOf(FROM)),
        to: formatUsageDay(usageDayOf(to)),
        meter: 'cpu_hours',
        groupBy: new Set(['day', 'meter', 'user']),
        groupsMax: 20_000,
      });
      const hours = await read({ to, unit: 'hour', groupBy: new Set(['user']) });
      const keyOf = (day: string | null, user: string | null) => `${day} ${user}`;
      const sums = new Map<string, bigint>();
      for (const { from, userId, quantityExact } of hours) {
        const key = keyOf(from.slice(0, 10), userId);
        sums.set(key, (sums.get(key) ?? 0n) + toExactUnits(quantityExact));
      }
      const expected = totals.map(
        ({ day, userId, quantityExact }) => [keyOf(day, userId), toExactUnits(quantityExact ?? '')] as const,
      );
      expect(sums).toEqual(new Map(expected));
      for (const timeZone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Havana', 'Pacific/Kiritimati'])
        for (const unit of ['hour', 'day', 'month', undefined] as const)
          expect(sumOf(await read({ to, unit, timeZone }))).toBe(sumOf(hours));
    }),
    { numRuns: 8 },
  );
});

it('usage is in the window in which it begins, and what goes over midnight begins again with the day', async () => {
  const usage = [
    used(at('2026-11-03T10:59:59.999999Z'), 1, '2'),
    used(at('2026-11-03T11:00:00Z'), 0, '3'),
    used(at('2026-11-03T22:30:00Z'), 3, '6'),
  ];
  await recordUsage(database.pool, usage);
  expect(shown(await read({ unit: 'hour' }))).toEqual([
    '2026-11-03T10:00 2026-11-03T11:00 2',
    '2026-11-03T11:00 2026-11-03T12:00 3',
    '2026-11-03T22:00 2026-11-03T23:00 3',
    '2026-11-04T00:00 2026-11-04T01:00 3',
  ]);
  expect(shown(await read({ from: at('2026-11-03T11:00:00Z'), to: at('2026-11-03T23:00:00Z') }))).toEqual([
    '2026-11-03T11:00 2026-11-03T23:00 6',
  ]);
});

it('days and months begin where the zone says, when clocks change too', async () => {
  const starts = ['2026-10-24T22:00:00Z', '2026-10-25T22:59:00Z', '2026-10-25T23:00:00Z', '2026-10-27T22:00:00Z'];
  await recordUsage(
    database.pool,
    starts.map((start, place) => used(at(start), 0, String(10 ** place))),
  );
  const timeZone = 'Europe/Berlin';
  expect(shown(await read({ unit: 'day', timeZone }))).toEqual([
    '2026-10-24T22:00 2026-10-25T23:00 11',
    '2026-10-25T23:00 2026-10-26T23:00 100',
    '2026-10-26T23:00 2026-10-27T23:00 1000',
  ]);
  expect(shown(await read({ unit: 'month', timeZone }))).toEqual(['2026-10-20T00:00 2026-10-31T23:00 1111']);
  expect(shown(await read({ unit: 'hour', timeZone: 'Asia/Kolkata', to: at('2026-10-25T00:00:00Z') }))).toEqual([
    '2026-10-24T21:30 2026-10-24T22:30 1',
  ]);
});

it('a day with two midnights begins with the first', async () => {
  await recordUsage(database.pool, [
    used(at('2026-11-01T04:10:00Z'), 0, '1'),
    used(at('2026-11-01T05:10:00Z'), 0, '2'),
  ]);
  expect(shown(await read({ unit: 'day', timeZone: 'America/Havana' }))).toEqual([
    '2026-11-01T04:00 2026-11-02T05:00 3',
  ]);
});

it('usage of a closed month begins with the day on which it is booked', async () => {
  await closeMonth(database.pool, seeded.ownerId, '2026-10-01');
  await recordUsage(database.pool, [
    used(at('2026-10-21T12:00:00Z'), 1, '5'),
    used(at('2026-11-01T00:20:00Z'), 1, '1'),
  ]);
  expect(shown(await read({ unit: 'hour' }))).toEqual(['2026-11-01T00:00 2026-11-01T01:00 6']);
  expect(await read({ unit: 'hour', to: at('2026-11-01T00:00:00Z') })).toEqual([]);
});

it('is filtered by any of the groupings', async () => {
  const start = at('2026-11-03T10:00:00Z');
  const { ownerId, otherId, clusterId } = seeded;
  await recordUsage(database.pool, [used(start, 1, '1', ownerId), used(start, 1, '10', otherId)]);
  const only = (grouping: 'account' | 'user' | 'cluster' | 'namespace', ...values: string[]) =>
    read({ only: new Map([[grouping, new Set(values)]]) }).then(sumOf);
  const unit = ONE_EXACT;
  expect(await only('user', otherId)).toBe(10n * unit);
  expect(await only('user', otherId, ownerId)).toBe(11n * unit);
  expect(await only('account', ownerId)).toBe(1n * unit);
  expect(await only('cluster', clusterId)).toBe(11n * unit);
  expect(await only('cluster', 'no cluster')).toBe(0n);
  expect(await only('namespace', 'nothing')).toBe(0n);
});
