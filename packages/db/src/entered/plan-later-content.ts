import {
  type CorrectionEvent,
  type Directory,
  putOnMeters,
  RequestError,
  readParkedCorrection,
  readParkedUsage,
  type Unattributed,
  type UsageEvent,
} from '@hopsmeter/usage';
import { createCorrection } from './create-correction.ts';
import type { EnteredEvent } from './enter-events.ts';
import type { BookedChain } from './read-booked-chain.ts';
import { findDifferences, findObstacle, type UsageDifference, type UsageToBook } from './usage-difference.ts';

/** A parked event that says something else than what has its identity. */
export type ParkedConflict = {
  readonly id: string;
  readonly eventKey: string;
  readonly clusterId: string | null;
  /** As it was parked. */
  readonly event: unknown;
  /** Where both are corrections: the keys of the events that they name. */
  readonly replacesKey: string | null;
  readonly countedReplacesKey: string | null;
};

export type LaterContext = {
  /** The moment of the decision, RFC 3339. */
  readonly now: string;
  /** What is counted under the identity, with its corrections. */
  readonly chain: BookedChain | undefined;
  readonly reason: string;
  readonly directory: Directory;
};

/** What is entered so that what a parked conflict says is what is counted. */
export type LaterPlan = {
  readonly entered: readonly EnteredEvent[];
  readonly differences: readonly UsageDifference[];
  /** What keeps it from being counted at once. */
  readonly obstacle: Unattributed | undefined;
  /** Nothing is counted under the identity, so the parked event itself can be. */
  readonly isTriedItself: boolean;
};

/** Plans it. Pure but for the ids. @throws RequestError NOT_DECIDABLE for what no correction can say. */
export function planLaterContent(conflict: ParkedConflict, context: LaterContext): LaterPlan {
  const { clusterId, event } = conflict;
  const usage = readParkedUsage(event);
  if (usage !== undefined && clusterId !== null) return planUsage(conflict, clusterId, usage, context);
  const correction = readParkedCorrection(event);
  if (correction !== undefined && clusterId !== null) return planCorrection(conflict, clusterId, correction, context);
  throw new RequestError('NOT_DECIDABLE', 'the parked event is neither usage nor a correction');
}

function planUsage(
  { id, eventKey }: ParkedConflict,
  clusterId: string,
  event: UsageEvent,
  { chain, directory, now, reason }: LaterContext,
): LaterPlan {
  if (chain !== undefined && chain.rootKey !== eventKey)
    throw new RequestError('NOT_DECIDABLE', 'what is counted under this identity is a correction of another event');
  const owner = directory.attribute(clusterId, event);
  const onMeters = putOnMeters(directory, event);
  if ('reason' in onMeters) {
    // Its quantities cannot be told in meters, so no correction can say them.
    if (chain !== undefined) throw new RequestError('NOT_DECIDABLE', onMeters.detail);
    return { differences: [], obstacle: onMeters, entered: [], isTriedItself: true };
  }
  const { start, end, usages } = onMeters;
  const put = 'reason' in owner ? undefined : { accountOwnerId: owner.accountOwnerId, start, end, usages };
  const outcome = {
    differences: findDifferences(chain?.booked ?? [], put === undefined ? [] : [put], directory),
    obstacle: 'reason' in owner ? owner : findObstacle(clusterId, { ...owner, start, end, usages }, directory),
  };
  if (chain === undefined) return { ...outcome, entered: [], isTriedItself: true };
  const isSameUse =
    !('reason' in owner) &&
    chain.start === start &&
    chain.end === end &&
    chain.userId === owner.userId &&
    chain.projectId === owner.projectId;
  const correction = createCorrection(now, chain, event, { usages: isSameUse ? usages : [], reason });
  const entered: EnteredEvent[] = [{ clusterId, event: correction }];
  // No correction changes a window or a user: the event is made void, and counted anew under an id of the decision.
  if (!isSameUse) entered.push({ clusterId, event: { ...event, id: `decision-${id}` } });
  return { ...outcome, entered, isTriedItself: false };
}

function planCorrection(
  { countedReplacesKey, replacesKey }: ParkedConflict,
  clusterId: string,
  event: CorrectionEvent,
  { chain, directory, now, reason }: LaterContext,
): LaterPlan {
  if (chain === undefined) return { differences: [], obstacle: undefined, entered: [], isTriedItself: true };
  if (countedReplacesKey !== replacesKey)
    throw new RequestError('NOT_DECIDABLE', 'what is counted under this identity does not correct the same event');
  const { usages } = event;
  const put: UsageToBook = { ...chain, usages };
  return {
    differences: findDifferences(chain.booked, [put], directory),
    obstacle: findObstacle(clusterId, put, directory),
    entered: [{ clusterId, event: createCorrection(now, chain, event, { usages, reason }) }],
    isTriedItself: false,
  };
}
