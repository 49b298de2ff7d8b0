import type { CorrectionEvent } from '../../event.ts';
import type { CorrectionRank } from './chain.ts';

/**
 * Whether a correction comes after another one in the order that decides which is in force: by time, then by id. Ids
 * are compared by their bytes in UTF-8, as the database does; JavaScript would compare UTF-16 units.
 */
export function isNewer({ correctedAt, id }: CorrectionEvent, other: CorrectionRank): boolean {
  if (correctedAt !== other.correctedAt) return correctedAt > other.correctedAt;
  return Buffer.compare(Buffer.from(id), Buffer.from(other.eventId)) > 0;
}
