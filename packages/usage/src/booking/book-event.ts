import type { Attribution, Directory, Unattributed } from '../directory.ts';
import type { UsageEvent } from '../event.ts';
import { findImplausible } from '../plausibility.ts';
import { putOnMeters } from '../put-on-meters.ts';
import { type DayPart, splitByDay } from '../split-by-day.ts';
import type { BookedRow } from './booked-row.ts';
import type { PriceList } from './price-list.ts';

/** Whose an event is, and what was used of which meter on each day of its window. */
export type BookedEvent = { readonly attribution: Attribution; readonly parts: readonly DayPart[] };

/**
 * Attributes an event, puts it on meters, splits it by day and adds the prices of its parts. Where anything is in the
 * way it says what: then the event is booked not at all.
 */
export function bookEvent(
  event: UsageEvent,
  clusterId: string,
  directory: Directory,
  prices: PriceList,
): BookedEvent | Unattributed {
  const attribution = directory.attribute(clusterId, event);
  if ('reason' in attribution) return attribution;
  const onMeters = putOnMeters(directory, event);
  if ('reason' in onMeters) return onMeters;
  const parts = splitByDay(onMeters);
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problem = prices.add(attribution.accountOwnerId, meter, day);
      if (problem !== undefined) return problem;
    }
  }
  return { attribution, parts };
}

/** The ledger rows of an event that is known by its identity. */
export function toBookedRows(
  { type, start, end }: UsageEvent,
  { eventKey, contentHash }: Pick<BookedRow, 'eventKey' | 'contentHash'>,
  { attribution, parts }: BookedEvent,
  directory: Directory,
): readonly BookedRow[] {
  const { accountOwnerId, userId, projectId, attributedBy } = attribution;
  return parts.map(({ day, usages }, part) => ({
    eventKey,
    contentHash,
    part,
    day,
    bookedOn: directory.bookedOn(accountOwnerId, day),
    eventType: type,
    accountOwnerId,
    userId,
    projectId,
    attributedBy,
    start,
    end,
    usages,
  }));
}

/** Why an event waits for a person, however well it is attributed. */
export function findImplausibleEvent(
  event: UsageEvent,
  directory: Directory,
  clusterId: string,
): Unattributed | undefined {
  const detail = findImplausible(event, directory.limitsOf(clusterId));
  return detail === undefined ? undefined : { reason: 'implausible', detail };
}
