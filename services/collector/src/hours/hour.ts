import type { Window } from '@hopsmeter/client';

/** An hour by its start, in milliseconds since the epoch. */
export type Hour = number;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function hourAt(time: number): Hour {
  return time - (time % HOUR_MS);
}

export function dayAt(time: number): Hour {
  return time - (time % DAY_MS);
}

/** `2026-11-22T13:00:00Z`: as sources are asked and as it stands in ids. */
export function formatHour(hour: Hour): string {
  return `${new Date(hour).toISOString().slice(0, 19)}Z`;
}

/** @throws RangeError when the text is no start of an hour. */
export function parseHour(text: string): Hour {
  const hour = Date.parse(text);
  if (Number.isNaN(hour) || hour % HOUR_MS !== 0) throw new RangeError(`${text} is not the start of an hour`);
  return hour;
}

/** The hours of a window, in order. */
export function hoursOf({ start, end }: Window): readonly Hour[] {
  const [first, last] = [parseHour(start), parseHour(end)];
  return Array.from({ length: (last - first) / HOUR_MS }, (_, index) => first + index * HOUR_MS);
}

export function hourWindow(hour: Hour): Window {
  return { start: formatHour(hour), end: formatHour(hour + HOUR_MS) };
}

export function dayWindow(day: Hour): Window {
  return { start: formatHour(day), end: formatHour(day + DAY_MS) };
}
