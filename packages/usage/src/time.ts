/**
 * Times are whole microseconds since 1970 UTC in a `number`: Postgres' TIMESTAMPTZ keeps microseconds, and 2⁵³ of them
 * reach the year 2255.
 */

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = number;

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_HOUR = 3_600_000_000;
export const MICROS_PER_DAY = 86_400_000_000;

/** What follows the seconds of a time that is not in UTC. Everything else is read by position. */
const FRACTION_AND_ZONE = /^(?:\.(\d{1,9}))?([+-])(\d{2}):(\d{2})$/;

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/**
 * Reads an RFC 3339 time with any offset. Digits below the microsecond are cut: the database cannot keep them.
 *
 * Read by position rather than with `Date.parse`: that one accepts February 30th and 24:00, and asking it three times
 * an event with a check was 60 % of what an event cost at ingest (2.95 of 4.8 µs; by position it is 0.3).
 *
 * @returns `undefined` for anything else, also for days that do not exist (2026-02-30) and for leap seconds.
 */
export function parseTime(text: string): Micros | undefined {
  const separator = text.charCodeAt(10) | 0x20;
  if (separator !== 0x74 || text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return undefined;
  const day = readDay(text);
  const hours = readDigits(text, 11, 2);
  const minutes = readDigits(text, 14, 2);
  const seconds = readDigits(text, 17, 2);
  // NaN, from anything that is no digit, fails every comparison.
  if (day === undefined || !(hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  const micros = day * MICROS_PER_DAY + ((hours * 60 + minutes) * 60 + seconds) * 1_000_000;
  if ((text.charCodeAt(text.length - 1) | 0x20) !== 0x7a) return addFractionAndZone(micros, text);
  return text.length === 20 ? micros : addFraction(micros, text);
}

/** The fraction of a time in UTC, which is what `toISOString` writes: by position, for the same reason. */
function addFraction(micros: Micros, text: string): Micros | undefined {
  const count = text.length - 21;
  if (text.charCodeAt(19) !== 0x2e || count < 1 || count > 9) return undefined;
  const kept = Math.min(count, 6);
  const fraction = readDigits(text, 20, kept) * 10 ** (6 - kept);
  const isFraction = readDigits(text, 20 + kept, count - kept) >= 0;
  return fraction >= 0 && isFraction ? micros + fraction : undefined;
}

function addFractionAndZone(micros: Micros, text: string): Micros | undefined {
  const match = FRACTION_AND_ZONE.exec(text.slice(19));
  if (match === null) return undefined;
  const [, fraction = '', sign, zoneHours, zoneMinutes] = match;
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000_000;
  return micros + Number(fraction.slice(0, 6).padEnd(6, '0')) - (sign === '-' ? -offset : offset);
}

/** Reads the ten characters of a date; `undefined` when that day does not exist. */
function readDay(text: string): UsageDay | undefined {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  const year = readDigits(text, 0, 4);
  const month = readDigits(text, 5, 2);
  const day = readDigits(text, 8, 2);
  const before = DAYS_BEFORE_MONTH[month - 1];
  if (before === undefined || !(year >= 1 && day >= 1)) return undefined;
  const leapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const monthLength = (DAYS_BEFORE_MONTH[month] ?? 365) - before + (month === 2 && leapYear ? 1 : 0);
  if (day > monthLength) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  // 719162 days lie between 0001-01-01 and 1970-01-01 in the proleptic Gregorian calendar.
  return past * 365 + leapDays + before + (month > 2 && leapYear ? 1 : 0) + day - 1 - 719_162;
}

/** The number that `count` digits from `at` on spell; NaN when one of them is no digit. */
function readDigits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Writes a time as RFC 3339 in UTC, with microseconds only when there are any. */
export function formatTime(micros: Micros): string {
  const ms = Math.floor(micros / MICROS_PER_MS);
  const text = new Date(ms).toISOString();
  const rest = micros - ms * MICROS_PER_MS;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** A UTC day as the number of days since 1970-01-01. */
export type UsageDay = number;

/** The UTC day that a time falls on. */
export function usageDayOf(micros: Micros): UsageDay {
  return Math.floor(micros / MICROS_PER_DAY);
}

/** `2026-11-22`. */
export function formatUsageDay(day: UsageDay): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Reads `2026-11-22`; `undefined` for anything else or a day that does not exist. */
export function parseUsageDay(text: string): UsageDay | undefined {
  return text.length === 10 ? readDay(text) : undefined;
}

/** A UTC month as its first day. */
export type UsageMonth = UsageDay;

/** The month that a day is in. */
export function monthOf(day: UsageDay): UsageMonth {
  return day - new Date(day * 86_400_000).getUTCDate() + 1;
}

/** The month `count` months after (negative: before) a month. */
export function addMonths(month: UsageMonth, count: number): UsageMonth {
  const date = new Date(month * 86_400_000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1) / 86_400_000;
}

/** `2026-11`. */
export function formatUsageMonth(month: UsageMonth): string {
  return formatUsageDay(month).slice(0, 7);
}
