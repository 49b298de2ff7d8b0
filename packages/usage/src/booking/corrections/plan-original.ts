import type { Directory, Unattributed } from '../../directory.ts';
import { bookEvent, toBookedRows } from '../book-event.ts';
import { readParkedUsage } from '../parked-event.ts';
import type { TakenEvent } from '../plan-parked.ts';
import { createPriceList } from '../price-list.ts';
import type { CorrectedOriginal } from './book-correction.ts';

/**
 * Counts an implausible event as it came, for the moment in which a correction takes it back: in the same transaction,
 * so that nobody ever sees it in a total. Says why where it could not be counted even if it were plausible.
 */
export function planOriginal(taken: TakenEvent, directory: Directory): CorrectedOriginal | Unattributed {
  const { clusterId } = taken;
  const event = readParkedUsage(taken.event);
  if (event === undefined || clusterId === undefined) return { reason: 'uncountable', detail: 'it cannot be read' };
  const found = bookEvent(event, clusterId, directory, createPriceList(directory));
  if ('reason' in found) return found;
  const { accountOwnerId, userId, projectId, attributedBy } = found.attribution;
  const { start, end } = event;
  const rows = toBookedRows(event, taken, found, directory);
  return {
    accountOwnerId,
    userId,
    projectId,
    attributedBy,
    start,
    end,
    booked: rows.filter(({ usages }) => usages.length > 0),
    ownRows: rows.map((row) => ({ ...row, adjustment: undefined })),
  };
}
