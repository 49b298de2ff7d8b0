import { z } from 'zod';
import { formatHour, HOUR_MS, type Hour, parseHour } from './hour.ts';

/**
 * Which hours of a source are finished: their events and manifest are in the spool, or they are reported as missing.
 * Immutable.
 */
export type Marks = {
  /** The first hour that is this collector's to report. */
  readonly since: Hour;
  /** All hours before are finished. */
  readonly done: Hour;
  /** Finished hours after it: a backlog is worked off from both ends. */
  readonly later: ReadonlySet<Hour>;
};

export function beginMarks(since: Hour): Marks {
  return { since, done: since, later: new Set() };
}

export function isFinished({ done, later }: Marks, hour: Hour): boolean {
  return hour < done || later.has(hour);
}

/** @returns the marks with `hours` finished too. */
export function finish({ since, done, later }: Marks, hours: readonly Hour[]): Marks {
  const finished = new Set([...later, ...hours.filter((hour) => hour >= done)]);
  let next = done;
  while (finished.delete(next)) next += HOUR_MS;
  return { since, done: next, later: finished };
}

/** Hours that are not finished and begin before `end`, the oldest first. */
export function* unfinished(marks: Marks, end: Hour): Generator<Hour> {
  for (let hour = marks.done; hour < end; hour += HOUR_MS) if (!marks.later.has(hour)) yield hour;
}

/** The same, the newest first. */
export function* unfinishedFromNewest(marks: Marks, end: Hour): Generator<Hour> {
  for (let hour = end - HOUR_MS; hour >= marks.done; hour -= HOUR_MS) if (!marks.later.has(hour)) yield hour;
}

/** How many hours that begin before `end` are not finished. */
export function countUnfinished({ done, later }: Marks, end: Hour): number {
  if (end <= done) return 0;
  let finishedCount = 0;
  for (const hour of later) if (hour < end) finishedCount += 1;
  return (end - done) / HOUR_MS - finishedCount;
}

export function formatMarks({ since, done, later }: Marks): string {
  const hours = [...later].toSorted((a, b) => a - b).map(formatHour);
  return `${JSON.stringify({ version: 1, since: formatHour(since), done: formatHour(done), later: hours })}\n`;
}

const storedSchema = z.strictObject({
  version: z.literal(1),
  since: z.string(),
  done: z.string(),
  later: z.array(z.string()),
});

/** @throws when the text is not what {@link formatMarks} writes. */
export function parseMarks(text: string): Marks {
  const { since, done, later } = storedSchema.parse(JSON.parse(text));
  return { since: parseHour(since), done: parseHour(done), later: new Set(later.map(parseHour)) };
}
