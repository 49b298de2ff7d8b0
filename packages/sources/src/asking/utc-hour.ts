const HOUR_MS = 3_600_000;

/** A moment as RFC 3339 in UTC, with milliseconds only where there are any: the same moment is always the same text. */
export function formatMoment(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** The end of the hour that begins at `start`. */
export function endOfHour(start: string): string {
  return formatMoment(Date.parse(start) + HOUR_MS);
}
