import type { Directory, ParkReason, Unattributed } from '../directory.ts';
import { bookEvent, findImplausibleEvent, toBookedRows } from './book-event.ts';
import type { BookedRow, PriceEntry } from './booked-row.ts';
import { readParkedUsage } from './parked-event.ts';
import { createPriceList, type PriceList } from './price-list.ts';

/** A parked event to be tried again. Its identity and content are those that it was parked with. */
export type TakenEvent = {
  readonly id: string;
  readonly eventKey: string;
  readonly contentHash: bigint;
  readonly clusterId: string | undefined;
  /** Whether a person decided that it is counted however implausible it is. */
  readonly isReleased: boolean;
  /** The JSON that was parked, not checked. */
  readonly event: unknown;
};

/** A taken event that still cannot be counted. No reason: as it was parked. */
export type StillParked = {
  readonly id: string;
  readonly reason: ParkReason | undefined;
  readonly detail: string | undefined;
};

/**
 * What becomes of taken events: each has rows in `ledger` or is in `stillParked`; no two with rows have one identity.
 */
export type ParkedPlan = {
  readonly directoryVersion: string;
  readonly ledger: readonly BookedRow[];
  readonly prices: readonly PriceEntry[];
  readonly stillParked: readonly StillParked[];
};

/** Parked events that an earlier attempt found impossible to count, by their ids, and why. */
export type ParkedSetAside = ReadonlyMap<string, Unattributed>;

/**
 * Attributes and prices parked events as they would be if they came now: the owner is who owned the user when the usage
 * began, the price the one of the usage day. Pure: equal input, equal plan.
 */
export function planParked(
  taken: readonly TakenEvent[],
  directory: Directory,
  setAside: ParkedSetAside = new Map(),
): ParkedPlan {
  const ledger: BookedRow[] = [];
  const prices = createPriceList(directory);
  const stillParked: StillParked[] = [];
  const planned = new Set<string>();
  for (const event of taken) {
    const { id, eventKey } = event;
    const planOne = () => (planned.has(eventKey) ? CONFLICT_AMONG_PARKED : bookTaken(event, directory, prices));
    const outcome = setAside.get(id) ?? planOne();
    if ('rows' in outcome) {
      planned.add(eventKey);
      ledger.push(...outcome.rows);
    } else stillParked.push({ id, reason: outcome.reason, detail: outcome.detail });
  }
  return { directoryVersion: directory.version, ledger, prices: prices.values, stillParked };
}

/** Two contents of one identity were parked before either was counted. */
const CONFLICT_AMONG_PARKED: Unattributed = {
  reason: 'conflict',
  detail: 'another parked event of this identity, with another content, is counted',
};

/** What nobody can read or attribute stays as it was parked. */
const UNCHANGED = { reason: undefined, detail: undefined };

function bookTaken(
  taken: TakenEvent,
  directory: Directory,
  prices: PriceList,
): { readonly rows: readonly BookedRow[] } | Omit<StillParked, 'id'> {
  const { clusterId, isReleased } = taken;
  const event = readParkedUsage(taken.event);
  if (event === undefined || clusterId === undefined) return UNCHANGED;
  const implausible = isReleased ? undefined : findImplausibleEvent(event, directory, clusterId);
  if (implausible !== undefined) return implausible;
  const booked = bookEvent(event, clusterId, directory, prices);
  if ('reason' in booked) return booked;
  // Identity and content are those that it was parked with: its texts may have been made storable since.
  return { rows: toBookedRows(event, taken, booked, directory) };
}
