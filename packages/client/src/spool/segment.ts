import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A file of blocks. It is written by the process that made it and by no later one, and its name is never used again: so
 * what is known of a name stays true, and two processes never write to one file, whatever becomes of the lock.
 */
export type Segment = {
  readonly name: string;
  readonly path: string;
  readonly number: number;
  /** Where it begins in its log, see {@link LogPlace}. */
  readonly base: LogPlace;
  /** Bytes that are known to be on disk; what lies behind them does not count. */
  size: number;
  /** Whether nothing is added any more. */
  isSealed: boolean;
  /** Whether an earlier process wrote it: how many events it has is not known. */
  readonly isOld: boolean;
};

/**
 * Bytes from the begin of a log on, over all its segments, those that are gone included. Means nothing to a later
 * process.
 */
export type LogPlace = number;

const NAME = /^(\d{10})-[0-9a-f]{12}\.segment$/;

export function newSegment(directory: string, last: Segment | undefined): Segment {
  const number = (last?.number ?? 0) + 1;
  const name = `${String(number).padStart(10, '0')}-${randomBytes(6).toString('hex')}.segment`;
  const base = last === undefined ? 0 : endOf(last);
  return { name, path: join(directory, name), number, base, size: 0, isSealed: false, isOld: false };
}

/** What earlier processes left, the oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const number = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    const last = segments.at(-1);
    const base = last === undefined ? 0 : endOf(last);
    const path = join(directory, name);
    segments.push({ name, path, number, base, size: (await stat(path)).size, isSealed: true, isOld: true });
  }
  return segments;
}

export function endOf({ base, size }: Segment): LogPlace {
  return base + size;
}
