import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  formatTime,
  formatUsageDay,
  formatUsageMonth,
  MICROS_PER_DAY,
  monthOf,
  parseTime,
  parseUsageDay,
  usageDayOf,
} from './time.ts';

const NOON = Date.UTC(2026, 10, 22, 12) * 1_000;

/** Every instant whose year has four digits and which a double holds to the microsecond. */
const instants = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

describe('times', () => {
  it.each([
    ['2026-11-22T12:00:00Z', 0],
    ['2026-11-22t12:00:00z', 0],
    ['2026-11-22T12:00:00+00:00', 0],
    ['2026-11-22T12:00:00-00:00', 0],
    ['2026-11-22T14:30:00+02:30', 0],
    ['2026-11-22T04:00:00-08:00', 0],
    ['2026-11-23T11:59:00+23:59', 0],
    ['2026-11-21T12:01:00-23:59', 0],
    ['2026-11-22T12:00:00.5Z', 500_000],
    ['2026-11-22T12:00:00.000001Z', 1],
    ['2026-11-22T12:00:00.123456789Z', 123_456],
    ['2026-11-22T12:00:00.9999999+00:00', 999_999],
    ['2026-11-22T12:00:59Z', 59_000_000],
  ])('reads %s', (text, offset) => {
    expect(parseTime(text)).toBe(NOON + offset);
  });

  it.each([
    [''],
    ['2026-11-22'],
    ['2026-11-22T12:00:00'],
    ['2026-11-22T12:00Z'],
    ['2026-11-22 12:00:00Z'],
    ['2026-11-22T12:00:00 Z'],
    ['2026-11-22T12:00:00ZZ'],
    ['2026-11-22T12:00:00Z\n'],
    [' 2026-11-22T12:00:00Z'],
    ['2026-11-22T12:00:00.Z'],
    ['2026-11-22T12:00:00.1234567890Z'],
    ['2026-11-22T12:00:00,5Z'],
    ['2026-11-22T12:00:00+0000'],
    ['2026-11-22T12:00:00+00'],
    ['2026-11-22T12:00:00+24:00'],
    ['2026-11-22T12:00:00+00:60'],
    ['2026-11-22T12:00:00−02:00'],
    ['2026-11-22T24:00:00Z'],
    ['2026-11-22T12:60:00Z'],
    ['2026-12-31T23:59:60Z'],
    ['2026-11-22T1x:00:00Z'],
    ['2026-11-22T12.00.00Z'],
    ['2026/11/22T12:00:00Z'],
    ['2026-00-22T12:00:00Z'],
    ['2026-13-22T12:00:00Z'],
    ['2026-11-00T12:00:00Z'],
    ['2026-11-31T12:00:00Z'],
    ['2026-02-29T12:00:00Z'],
    ['2026-02-30T12:00:00Z'],
    ['2100-02-29T12:00:00Z'],
    ['0000-01-01T00:00:00Z'],
    ['-2026-11-22T12:00:00Z'],
    ['+12026-11-22T12:00:00Z'],
    ['26-11-22T12:00:00Z'],
    ['٢٠٢٦-11-22T12:00:00Z'],
    ['1795348800000'],
    ['Sun, 22 Nov 2026 12:00:00 GMT'],
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  it('agrees with Date on random times at random offsets', () => {
    const dates = fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    const offsets = fc.integer({ min: -(24 * 60 - 1), max: 24 * 60 - 1 });
    fc.assert(
      fc.property(dates, offsets, (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const zone = `${offset < 0 ? '-' : '+'}${[Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60]
          .map((part) => String(part).padStart(2, '0'))
          .join(':')}`;
        expect(parseTime(date.toISOString())).toBe(date.getTime() * 1_000);
        expect(parseTime(local + zone)).toBe(date.getTime() * 1_000);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a text with one wrong character only where it is still a time', () => {
    const texts = fc.constantFrom(
      '2026-11-22T12:00:00Z',
      '2024-02-29T23:59:59.123456Z',
      '2026-12-31T23:59:59+05:30',
      '2000-01-01T00:00:00.5-08:00',
    );
    const changed = fc
      .tuple(texts, fc.nat({ max: 30 }), fc.constantFrom(...'0123456789TtZz:+-. x\0\n٣'))
      .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1));
    fc.assert(
      fc.property(changed, (text) => {
        expect(parseTime(text)).toBe(readSlowly(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are written so that they are read back to the microsecond', () => {
    fc.assert(
      fc.property(instants, (micros) => {
        expect(parseTime(formatTime(micros))).toBe(micros);
      }),
    );
    expect(formatTime(NOON)).toBe('2026-11-22T12:00:00.000Z');
    expect(formatTime(NOON + 1)).toBe('2026-11-22T12:00:00.000001Z');
    expect(formatTime(-1)).toBe('1969-12-31T23:59:59.999999Z');
  });
});

describe('usage days', () => {
  it('knows every day of four centuries and the days that do not exist', () => {
    const first = Date.UTC(1900, 0, 1) / 86_400_000;
    let leapDays = 0;
    for (let day = first; day < first + 146_097; day++) {
      const text = formatUsageDay(day);
      if (parseUsageDay(text) !== day) expect.fail(text);
      if (text.endsWith('-02-29')) leapDays++;
    }
    expect(leapDays).toBe(97);
    for (const text of [
      '1900-02-29',
      '2100-02-29',
      '2026-02-29',
      '2026-04-31',
      '2024-04-31',
      '2026-1-1',
      '2026-11-22T',
    ])
      expect(parseUsageDay(text), text).toBeUndefined();
    expect(parseUsageDay('2000-02-29')).toBe(11_016);
  });

  it('begin at midnight UTC, before 1970 too', () => {
    expect(usageDayOf(0)).toBe(0);
    expect(usageDayOf(MICROS_PER_DAY - 1)).toBe(0);
    expect(usageDayOf(MICROS_PER_DAY)).toBe(1);
    expect(usageDayOf(-1)).toBe(-1);
  });
});

describe('usage months', () => {
  it('are their first days, are counted across years and written without the day', () => {
    const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
    expect(['2026-11-01', '2026-11-30'].map((text) => formatUsageDay(monthOf(dayOf(text))))).toEqual([
      '2026-11-01',
      '2026-11-01',
    ]);
    const months = [-11, -1, 0, 1, 2, 14].map((count) => formatUsageMonth(addMonths(dayOf('2026-11-01'), count)));
    expect(months).toEqual(['2025-12', '2026-10', '2026-11', '2026-12', '2027-01', '2028-01']);
  });
});

/** RFC 3339 by a pattern and Date, with the calendar checked by writing the date again. */
function readSlowly(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, date = '', hours, minutes, seconds, fraction = '', sign, zoneHours = 0, zoneMinutes = 0] = match;
  const midnight = new Date(`${date}T00:00:00Z`);
  if (date < '0001' || Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date)
    return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined;
  const zone = (Number(zoneHours) * 3_600 + Number(zoneMinutes) * 60) * (sign === '-' ? -1 : 1);
  const wholeSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) - zone;
  return midnight.getTime() * 1_000 + wholeSeconds * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
