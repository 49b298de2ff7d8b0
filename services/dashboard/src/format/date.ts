import { LOCALES } from './locale.ts';

/** Days, months and moments are UTC, whatever clock the reader has: a moment must stand beside its usage day. */
const UTC = { timeZone: 'UTC' } as const;

const DAY = new Intl.DateTimeFormat(LOCALES, { ...UTC, year: 'numeric', month: 'short', day: 'numeric' });
const DAY_SHORT = new Intl.DateTimeFormat(LOCALES, { ...UTC, month: 'short', day: 'numeric' });
const DAY_LONG = new Intl.DateTimeFormat(LOCALES, { ...UTC, dateStyle: 'full' });
const MONTH = new Intl.DateTimeFormat(LOCALES, { ...UTC, year: 'numeric', month: 'long' });

const TIME = new Intl.DateTimeFormat(LOCALES, { ...UTC, dateStyle: 'medium', timeStyle: 'medium' });

const MS_PER_DAY = 86_400_000;

/** `2026-11-22` as `22 Nov 2026`, in the reader's way. */
export function formatDay(day: string): string {
  return formatWith(DAY, day);
}

/** Without the year, for axes and narrow columns. */
export function formatDayShort(day: string): string {
  return formatWith(DAY_SHORT, day);
}

/** With the day of the week. */
export function formatDayLong(day: string): string {
  return formatWith(DAY_LONG, day);
}

/** `2026-11` as `November 2026`. */
export function formatMonth(month: string): string {
  return formatWith(MONTH, `${month}-01`);
}

/** A moment in UTC, and named so. Text that is no moment is shown as it is. */
export function formatTime(time: string): string {
  return Number.isNaN(Date.parse(time)) ? time : `${formatWith(TIME, time)} UTC`;
}

const RELATIVE = new Intl.RelativeTimeFormat(LOCALES, { numeric: 'auto' });

/** From small to large: below `until` seconds it is told in this unit. */
const UNITS = [
  { unit: 'second', seconds: 1, until: 60 },
  { unit: 'minute', seconds: 60, until: 3_600 },
  { unit: 'hour', seconds: 3_600, until: 48 * 3_600 },
  { unit: 'day', seconds: 86_400, until: Number.POSITIVE_INFINITY },
] as const;

/** How long ago a moment was: `3 hours ago`. */
export function formatAgo(time: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1_000));
  const found = UNITS.find(({ until }) => seconds < until) ?? UNITS[3];
  return RELATIVE.format(-Math.floor(seconds / found.seconds), found.unit);
}

/** The month that a day or moment is in, or the running one: `2026-11`. */
export function monthOf(time: string | number = Date.now()): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** Today in UTC: `2026-11-22`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The month that many months later, or earlier. */
export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** The day that many days later, or earlier. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The first day of a month, and the first day after it: what the api calls `from` and `to`. */
export function daysOfMonth(month: string): { readonly from: string; readonly to: string } {
  return { from: `${month}-01`, to: `${addMonths(month, 1)}-01` };
}

/** Every day from `from` up to, but not including, `to`. */
export function eachDay(from: string, to: string): string[] {
  const count = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / MS_PER_DAY));
  return Array.from({ length: count }, (_, place) => addDays(from, place));
}

/** Whether a text is a month, such as one that was typed into the address. */
export function isMonth(text: string | null): text is string {
  return text !== null && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);
}

function formatWith(format: Intl.DateTimeFormat, text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : format.format(at);
}
