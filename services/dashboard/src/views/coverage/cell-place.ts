import { formatDayLong } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import type { CoverageCell } from './coverage-schemas.ts';
import { STATE_TEXTS } from './states.ts';

export const HOURS_OF_DAY = 24;

const HOUR_MS = 3_600_000;

/** Where an hour of a month stands: the day from the left, and its hour from the top. */
export type Place = { readonly day: number; readonly hour: number };

/** @param hour `2026-11-22T13:00:00Z` */
export function placeOf(hour: string): Place {
  return { day: Number(hour.slice(8, 10)) - 1, hour: Number(hour.slice(11, 13)) };
}

/** The hour after, where a span that ends with this one ends. */
export function hourAfter(hour: string): string {
  return new Date(Date.parse(hour) + HOUR_MS).toISOString().replace('.000Z', 'Z');
}

/** `Sunday, November 22, 2026, 13:00–14:00 UTC` */
export function sayHour(hour: string): string {
  return `${formatDayLong(hour.slice(0, 10))}, ${hour.slice(11, 16)}–${hourAfter(hour).slice(11, 16)} UTC`;
}

/** What is known of an hour, in a sentence. */
export function sayCell(cell: CoverageCell): string {
  const { hour, state, counted, reported, parked, overlappingUsage, sources } = cell;
  const counts = [
    reported === null ? `${count(counted)} counted` : `${count(counted)} counted of ${count(reported)} reported`,
    ...(parked === '0' ? [] : [`${count(parked)} parked`]),
    ...(overlappingUsage === '0' ? [] : [`${count(overlappingUsage)} overlapping`]),
  ];
  const named = sources.map(
    (source) => `${sourceName(source.sourcePath)} ${STATE_TEXTS[source.state].name.toLowerCase()}`,
  );
  return `${sayHour(hour)}: ${STATE_TEXTS[state].name}. ${[...counts, ...named].join(', ')}.`;
}

/** What people call a source: `compute` of `/collector/compute`. */
export function sourceName(sourcePath: string): string {
  return sourcePath === '' ? 'the cluster itself' : sourcePath.replace(/^\/(?:collector\/)?/, '');
}

const count = (text: string): string => formatCount(BigInt(text));
