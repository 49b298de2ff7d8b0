import type { ParkedPlan, StillParked, TakenEvent } from '@hopsmeter/db';
import { type Directory, parseDescribedEvent, type Unattributed } from '@hopsmeter/usage';
import { addEvent, createEventPlan, type EventPlan } from '../record/event-plan.ts';
import { findImplausibleEvent } from '../record/plan-batch.ts';

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
  const plan = createEventPlan(directory);
  const stillParked: StillParked[] = [];
  const planned = new Set<string>();
  for (const [place, event] of taken.entries()) {
    const problem =
      setAside.get(event.id) ?? (planned.has(event.eventKey) ? CONFLICT_AMONG_PARKED : planTaken(plan, event, place));
    if (problem === undefined) planned.add(event.eventKey);
    else stillParked.push({ place, reason: problem.reason, detail: problem.detail });
  }
  return {
    directoryVersion: directory.version,
    attributions: plan.attributions.values,
    windows: plan.windows.values,
    ledger: plan.ledger,
    prices: plan.prices.values,
    stillParked,
  };
}

/** Two contents of one identity were parked before either was counted. */
const CONFLICT_AMONG_PARKED: Unattributed = {
  reason: 'conflict',
  detail: 'another parked event of this identity, with another content, is counted',
};

/** What nobody can read or attribute stays as it was parked. */
const UNCHANGED = { reason: undefined, detail: undefined };

function planTaken(plan: EventPlan, taken: TakenEvent, place: number): Omit<StillParked, 'place'> | undefined {
  const { clusterId, eventKey, contentHash, isReleased } = taken;
  const event = parseDescribedEvent(taken.event);
  if (event === undefined || clusterId === undefined) return UNCHANGED;
  const implausible = isReleased ? undefined : findImplausibleEvent(event, plan.directory, clusterId);
  // Identity and content are those that it was parked with: its texts may have been made storable since.
  return implausible ?? addEvent(plan, event, { clusterId, eventKey, contentHash, batch: 0, position: place });
}
