import { groupBy } from '../group-by.ts';
import type { ApplicationAssignment, ApplicationDirectory, ApplicationUser } from './application-rows.ts';
import { describePeriod } from './describe-period.ts';
import type { OurDirectory } from './directory-plan.ts';
import type { Outcomes } from './outcomes.ts';
import type { OwnersByUser } from './plan-users.ts';

/** What was planned before, and the time. */
export type PlannedSoFar = {
  readonly clusterIds: ReadonlySet<string>;
  readonly owners: OwnersByUser;
  readonly now: string;
};

/**
 * Owners first, because members follow them. A user who was never on a cluster has been on this one always; one who was
 * deleted, until then. A cluster gets no more users than it may have.
 */
export function planAssignments(
  application: ApplicationDirectory,
  ours: OurDirectory,
  { clusterIds, owners, now }: PlannedSoFar,
  outcomes: Outcomes,
): void {
  const users = new Map(application.users.map((user) => [user.id, user]));
  const history = groupBy(ours.assignments, ({ userId }) => userId);
  const places = createPlaces(application, ours);
  const isMember = ({ userId }: ApplicationAssignment): boolean => (owners.get(userId) ?? null) !== null;
  const { assignments } = application;
  const inOrder = [...assignments.filter((one) => !isMember(one)), ...assignments.filter(isMember)];
  for (const { userId, clusterId } of inOrder) {
    const row = { table: 'user_hopsworks_assignments', key: userId } as const;
    const owner = owners.get(userId);
    const end = endOf(users.get(userId), now);
    if (clusterId === null || !clusterIds.has(clusterId)) {
      outcomes.refuse(row, clusterId === null ? 'it names no cluster' : `the cluster ${clusterId} is not here`);
      continue;
    }
    if (owner === undefined || end.refusal !== undefined) {
      outcomes.refuse(row, end.refusal ?? 'the user cannot come over');
      continue;
    }
    const { until } = end;
    const past = history.get(userId);
    if (past !== undefined) {
      if (past.some((one) => one.clusterId === clusterId && one.endedAt === until)) outcomes.keep(row);
      else outcomes.differ(row, `hopsmeter has ${past.map(describePeriod).join(', ')}`);
      continue;
    }
    const refusal = until === null ? places.take(userId, clusterId, owner) : undefined;
    if (refusal === undefined) outcomes.bring(row, [{ ...row, kind: 'assign_user', userId, clusterId, until }]);
    else outcomes.refuse(row, refusal);
  }
}

/** When a deleted user's time on their cluster ended; null for a user who is there. */
function endOf(
  user: ApplicationUser | undefined,
  now: string,
): { readonly until: string | null; readonly refusal?: string } {
  if (user === undefined) return { until: null };
  if (user.deletedAt !== null && user.deletedAt > now) return { until: null, refusal: 'deleted_at is in the future' };
  if (user.deletedAt === null && user.status === 'deleted')
    return { until: null, refusal: 'the user is deleted, and deleted_at does not say since when' };
  return { until: user.deletedAt };
}

/** How many users each cluster has and may have, and where owners are. */
function createPlaces({ clusters }: ApplicationDirectory, ours: OurDirectory) {
  const limits = new Map(clusters.map(({ id, maxUsers }) => [id, maxUsers ?? 0]));
  for (const { id, maxUsers } of ours.clusters) limits.set(id, maxUsers);
  const open = ours.assignments.filter(({ endedAt }) => endedAt === null);
  const clusterOf = new Map(open.map(({ userId, clusterId }) => [userId, clusterId]));
  const taken = new Map<string, number>();
  for (const { clusterId } of open) taken.set(clusterId, (taken.get(clusterId) ?? 0) + 1);
  return {
    /** @returns why there is no place. */
    take(userId: string, clusterId: string, owner: string | null): string | undefined {
      if (owner !== null && clusterOf.get(owner) !== clusterId)
        return (
          `the owner ${owner} is on ${clusterOf.get(owner) ?? 'no cluster'}, and members are on the cluster ` +
          'of their owner'
        );
      const count = taken.get(clusterId) ?? 0;
      if (count >= (limits.get(clusterId) ?? 0))
        return `the cluster ${clusterId} has ${count} users, which is its max_users`;
      taken.set(clusterId, count + 1);
      clusterOf.set(userId, clusterId);
      return undefined;
    },
  };
}
