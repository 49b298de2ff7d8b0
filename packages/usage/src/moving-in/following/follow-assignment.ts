import type { ApplicationAssignment, ApplicationUser } from '../application-rows.ts';
import { describePeriod } from '../describe-period.ts';
import type { DirectoryChange, OurDirectory } from '../directory-plan.ts';
import { type AliasPlans, aliasOf } from '../plan-aliases.ts';
import { chooseMoment } from './choose-moment.ts';
import { followAlias } from './follow-alias.ts';
import type { FollowedAssignment, FollowedRow } from './followed-rows.ts';
import { compare, type RowPlan } from './row-plan.ts';

/** Where a user is and what they are called, by the application: a deleted one is nowhere. */
export function readAssignment(
  userId: string,
  user: ApplicationUser | undefined,
  assignment: ApplicationAssignment | undefined,
): FollowedAssignment {
  if (user !== undefined && isDeleted(user)) return { userId, clusterId: null, at: user.deletedAt, alias: null };
  const clusterId = assignment?.clusterId ?? null;
  const alias = clusterId === null ? null : aliasOf(assignment, user);
  return { userId, clusterId, at: assignment?.assignedAt ?? null, alias };
}

/** What the plan of a user's assignment follows from. */
export type AssignmentToFollow = {
  readonly content: FollowedAssignment;
  /** Whether the application has the row. */
  readonly isThere: boolean;
  readonly history: OurDirectory['assignments'];
  readonly followed: FollowedRow<FollowedAssignment> | undefined;
  readonly aliases: AliasPlans;
  readonly now: string;
};

/** Plans what the assignment of a user says anew who has been on a cluster: where they are, and their name there. */
export function followAssignment(assignment: AssignmentToFollow): RowPlan {
  const { content, followed, aliases, now } = assignment;
  return followAlias(followPlace(assignment), content, followed?.agreed ?? undefined, aliases, now);
}

export function isDeleted({ deletedAt, status }: ApplicationUser): boolean {
  return deletedAt !== null || status === 'deleted';
}

/** Plans where a user is who has been on a cluster. Without a row they are on none. */
function followPlace({ content, isThere, history, followed, now }: AssignmentToFollow): RowPlan {
  const { userId, clusterId } = content;
  const row = { table: 'user_hopsworks_assignments', key: userId } as const;
  const ours = history.find(({ endedAt }) => endedAt === null)?.clusterId ?? null;
  const agreed = followed?.agreed ?? undefined;
  const boundary = lastBoundaryOf(history);
  const agreedBoundary = followed?.boundary ?? null;
  const plan = {
    ...row,
    content: isThere ? content : null,
    agreed: content,
    boundary: agreed?.clusterId === clusterId ? agreedBoundary : boundary,
    changes: [],
    problem: null,
  };
  const outcome = compare(clusterId, agreed?.clusterId, ours);
  if (outcome === 'same') return plan;
  const from = chooseMoment({
    own: content.at,
    ownBefore: agreed?.at ?? null,
    now,
    boundary,
    agreedBoundary,
  });
  if (outcome === 'contradicts' || from === undefined) {
    const reason = `hopsmeter has ${history.map(describePeriod).join(', ')}`;
    const problem = { kind: 'contradiction', reason } as const;
    return { ...plan, content, agreed: agreed ?? null, boundary: agreedBoundary, problem };
  }
  const change: DirectoryChange =
    clusterId === null
      ? { ...row, kind: 'unassign_user', userId, from }
      : { ...row, kind: 'move_user', userId, clusterId, from };
  return { ...plan, boundary: from, changes: [change] };
}

function lastBoundaryOf(history: OurDirectory['assignments']): string | null {
  const boundaries = history.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).filter((one) => one !== null);
  return boundaries.sort().at(-1) ?? null;
}
