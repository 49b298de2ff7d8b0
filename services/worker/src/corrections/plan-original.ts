import type { BookedRow, TakenEvent } from '@hopsmeter/db';
import { type Directory, parseDescribedEvent, type Unattributed } from '@hopsmeter/usage';
import { addEvent, createEventPlan } from '../record/event-plan.ts';
import type { CorrectedOriginal } from './book-correction.ts';

/**
 * Counts an implausible event as it came, for the moment in which a correction takes it back: in the same transaction,
 * so that nobody ever sees it in a total. Says why where it could not be counted even if it were plausible.
 */
export function planOriginal(taken: TakenEvent, directory: Directory): CorrectedOriginal | Unattributed {
  const { clusterId, eventKey, contentHash } = taken;
  const event = parseDescribedEvent(taken.event);
  if (event === undefined || clusterId === undefined) return { reason: 'uncountable', detail: 'it cannot be read' };
  const plan = createEventPlan(directory);
  const problem = addEvent(plan, event, { clusterId, eventKey, contentHash, batch: 0, position: 0 });
  if (problem !== undefined) return problem;
  const { start, end } = event;
  const ownRows = plan.ledger.map((row): BookedRow => {
    const who = plan.attributions.values[row.attribution];
    if (who === undefined) throw new RangeError('the plan names an attribution that it does not have');
    const { accountOwnerId, userId, projectId, attributedBy, bookedOn } = who;
    const { part, day, eventType, usages } = row;
    const owner = { accountOwnerId, userId, projectId, attributedBy };
    return { id: taken.id, part, day, eventType, ...owner, start, end, usages, bookedOn, adjustment: undefined };
  });
  const [first] = ownRows;
  if (first === undefined) throw new RangeError('the plan has no row of its event');
  const { accountOwnerId, userId, projectId, attributedBy } = first;
  const booked = ownRows.filter(({ usages }) => usages.length > 0);
  return { accountOwnerId, userId, projectId, attributedBy, start, end, booked, ownRows };
}
