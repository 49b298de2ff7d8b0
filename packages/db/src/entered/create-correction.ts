import { randomUUID } from 'node:crypto';
import { type CorrectionEvent, parseTime, type Usage } from '@hopsmeter/usage';
import type { BookedChain } from './read-booked-chain.ts';

/**
 * A correction that a person enters. It is later than all that are known of the chain, so it is the one in force.
 *
 * @param now RFC 3339.
 * @param replaced what it names: the event that the chain is about, or a correction of it.
 */
export function createCorrection(
  now: string,
  { correctedAt: newest = Number.NEGATIVE_INFINITY }: BookedChain,
  { id, sourcePath }: { readonly id: string; readonly sourcePath: string },
  { usages, reason }: { readonly usages: readonly Usage[]; readonly reason: string },
): CorrectionEvent {
  const time = parseTime(now);
  if (time === undefined) throw new RangeError(`${now} is no time`);
  const correctedAt = Math.max(time, newest + 1);
  return {
    id: `correction-${randomUUID()}`,
    sourcePath,
    type: 'correction',
    replaces: id,
    correctedAt,
    usages,
    reason,
  };
}
