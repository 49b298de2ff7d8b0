import type { Directory, Unattributed } from '../../directory.ts';
import type { CorrectionEvent } from '../../event.ts';
import type { PlausibleLimits } from '../../limits.ts';
import { findImplausible } from '../../plausibility.ts';
import { splitByDay } from '../../split-by-day.ts';
import { type UsageDay, usageDayOf } from '../../time.ts';
import type { BookedRow } from '../booked-row.ts';
import type { BookedUsage, ChainOriginal, CorrectionRow } from './chain.ts';

/** An event to be corrected, with what is booked of it and its corrections now. */
export type CorrectedOriginal = ChainOriginal & {
  readonly booked: readonly BookedUsage[];
  /** Its own ledger rows, where it is counted together with its correction. */
  readonly ownRows: readonly CorrectionRow[];
};

/**
 * Why what a correction says cannot be booked in place of the original, if it cannot.
 *
 * @param limits of the cluster; undefined where a person released it.
 */
export function findUnbookable(
  { usages }: CorrectionEvent,
  limits: PlausibleLimits | undefined,
  original: CorrectedOriginal,
  directory: Directory,
): Unattributed | undefined {
  const { start, end, accountOwnerId } = original;
  // Nothing is always plausible, however long the window of the original is.
  const implausible =
    limits === undefined || usages.length === 0 ? undefined : findImplausible({ start, end, usages }, limits);
  if (implausible !== undefined) return { reason: 'implausible', detail: implausible };
  for (const { meter } of usages)
    if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  const parts = splitByDay({ start, end, usages }).map((part) => ({ ...part, accountOwnerId }));
  for (const part of [...parts, ...original.booked])
    for (const { meter } of part.usages)
      if (directory.pricing.priceOf(part.accountOwnerId, meter, part.day) === undefined)
        return { reason: 'no_rate', detail: `${meter} has no price on that day` };
  return undefined;
}

/** The identity of a correction, and what it says in short. */
type CorrectionIdentity = Pick<BookedRow, 'eventKey' | 'contentHash'>;

/**
 * The rows that put a correction in force: what is booked of its original is taken back from whom it is booked for, and
 * the new quantities are booked for whom the usage belongs to now, split over the days of the original's window. Both
 * are booked in the open months of their accounts.
 */
export function bookCorrection(
  { eventKey, contentHash }: CorrectionIdentity,
  { usages }: CorrectionEvent,
  original: CorrectedOriginal,
  directory: Directory,
): readonly CorrectionRow[] {
  const { start, end, attributedBy } = original;
  const about = { eventKey, contentHash, eventType: 'correction' as const, attributedBy, start, end };
  const bookedOn = (accountOwnerId: string, day: UsageDay) => directory.bookedOn(accountOwnerId, day);
  const takenBack = original.booked.flatMap(({ day, accountOwnerId, userId, projectId, usages: booked }) => {
    const owner = { accountOwnerId, userId, projectId, day, bookedOn: bookedOn(accountOwnerId, day) };
    return [
      { ...owner, usages: negate(booked, false), adjustment: 'reversal' as const },
      { ...owner, usages: negate(booked, true), adjustment: 'correction' as const },
    ];
  });
  const { accountOwnerId, userId, projectId } = original;
  const put = splitByDay({ start, end, usages }).map(({ day, usages: onDay }) => {
    const owner = { accountOwnerId, userId, projectId, day, bookedOn: bookedOn(accountOwnerId, day) };
    return { ...owner, usages: onDay, adjustment: 'correction' as const };
  });
  const rows = [...takenBack, ...put].filter((row) => row.usages.length > 0);
  if (rows.length === 0) return [toEmptyRow({ eventKey, contentHash }, original, directory)];
  return rows.map((row, part): CorrectionRow => ({ ...about, ...row, part }));
}

/** What takes back the quantities above zero, or those below. */
function negate(usages: BookedUsage['usages'], isBelowZero: boolean): BookedUsage['usages'] {
  return usages
    .filter(({ quantity }) => quantity.startsWith('-') === isBelowZero)
    .map(({ meter, quantity }) => ({ meter, quantity: isBelowZero ? quantity.slice(1) : `-${quantity}` }));
}

/** The row by which the ledger knows a correction that books nothing. */
export function toEmptyRow(
  { eventKey, contentHash }: CorrectionIdentity,
  original: CorrectedOriginal,
  directory: Directory,
): CorrectionRow {
  const { accountOwnerId, userId, projectId, attributedBy, start, end } = original;
  const day = usageDayOf(start);
  return {
    eventKey,
    contentHash,
    part: 0,
    day,
    eventType: 'correction',
    accountOwnerId,
    userId,
    projectId,
    attributedBy,
    start,
    end,
    usages: [],
    bookedOn: directory.bookedOn(accountOwnerId, day),
    adjustment: 'correction',
  };
}
