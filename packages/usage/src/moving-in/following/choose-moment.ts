import { formatTime, parseTime } from '../../time.ts';

export type ChangeTime = {
  /** When the application says that it happened; it counts when it has moved on since both agreed. */
  readonly own: string | null;
  /** What that said when both agreed. */
  readonly ownBefore: string | null;
  /** When it was noticed: what counts when the application does not say more. */
  readonly now: string;
  /** The last begin or end that hopsmeter has of what changes; null: none. */
  readonly boundary: string | null;
  /** The last one that both agreed on. Another one is somebody's decision. */
  readonly agreedBoundary: string | null;
};

/**
 * Chooses the moment of a change. What hopsmeter has of later times stays: where both agreed on it, the change follows
 * right after it.
 *
 * @returns undefined when somebody has decided otherwise in hopsmeter for a later time.
 */
export function chooseMoment({ own, ownBefore, now, boundary, agreedBoundary }: ChangeTime): string | undefined {
  const isEvidence = own !== null && own <= now && (ownBefore === null || own > ownBefore);
  const moment = isEvidence ? own : now;
  if (boundary === null || moment > boundary) return moment;
  return boundary === agreedBoundary ? justAfter(boundary) : undefined;
}

/** A microsecond later. */
function justAfter(moment: string): string {
  const micros = parseTime(moment);
  if (micros === undefined) throw new RangeError(`${moment} is no RFC 3339 time`);
  const later = micros + 1;
  const decimals = String(later - Math.floor(later / 1_000_000) * 1_000_000).padStart(6, '0');
  return `${formatTime(later).slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}.${decimals}Z`;
}
