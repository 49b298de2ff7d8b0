import { groupBy } from '../group-by.ts';
import type { ApplicationAssignment, ApplicationDirectory } from './application-rows.ts';
import { describePeriod } from './describe-period.ts';
import type { OurDirectory } from './directory-plan.ts';
import { endOfUser } from './end-of-user.ts';
import type { Outcomes } from './outcomes.ts';
import { planAliases } from './plan-aliases.ts';
import type { OwnersByUser } from './plan-users.ts';

/** What was planned before, and the time. */
export type PlannedSoFar = {
  readonly clusterIds: ReadonlySet<string>;
  readonly owners: OwnersByUser;
  readonly now: string;
};

/**
 * Owners first, because members follow them. A user who was never on a cluster has been on this one always; one who was
 * deleted, until then. A cluster gets no more users than it may have. What it calls the user comes along as an alias.
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
  const aliases = planAliases(application, ours, now);
  const isMember = ({ userId }: ApplicationAssignment): boolean => (owners.get(userId) ?? null) !== null;
  const { assignments } = application;
  const inOrder = [...assignments.filter((one) => !isMember(one)), ...assignments.filter(isMember)];
  for (const { userId, clusterId } of inOrder) {
    const row = { table: 'user_hopsworks_assignments', key: userId } as const;
    const owner = owners.get(userId);
    const end = endOfUser(users.get(userId), now);
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
    const alias = aliases.of(userId);
    if (past !== undefined) {
      if (!past.some((one) => one.clusterId === clusterId && one.endedAt === until))
        outcomes.differ(row, `hopsmeter has ${past.map(describePeriod).join(', ')}`);
      else if ('reason' in alias) outcomes.differ(row, alias.reason);
      else if (alias.kind === 'new') outcomes.bring(row, [alias.change]);
      else outcomes.keep(row);
      continue;
    }
    const refusal = until === null ? places.take(userId, clusterId, owner) : undefined;
    if (refusal !== undefined) {
      outcomes.refuse(row, refusal);
      continue;
    }
    const named = alias.kind === 'new' ? [alias.change] : [];
    outcomes.bring(row, [{ ...row, kind: 'assign_user', userId, clusterId, until }, ...named]);
    if ('reason' in alias) outcomes.note(row, alias.reason);
  }
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
