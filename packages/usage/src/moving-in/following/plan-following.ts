import { groupBy } from '../../group-by.ts';
import type { ApplicationDirectory, ApplicationProject } from '../application-rows.ts';
import type { OurDirectory } from '../directory-plan.ts';
import { planAliases } from '../plan-aliases.ts';
import { planDirectory } from '../plan-directory.ts';
import { followAssignment, readAssignment } from './follow-assignment.ts';
import { followCluster } from './follow-cluster.ts';
import { type AgreedProject, followProject } from './follow-project.ts';
import { followUser } from './follow-user.ts';
import type { FollowedContents, FollowedRow, FollowedRows, FollowedTable } from './followed-rows.ts';
import { planHandOvers } from './plan-hand-overs.ts';
import { createNewRows, type NewRows } from './plan-new-row.ts';
import { projectKey } from './project-key.ts';
import { createProjectWorld, type ProjectWorld } from './project-world.ts';
import type { RowPlan } from './row-plan.ts';

/** What following is planned from. */
export type FollowingState = {
  readonly application: ApplicationDirectory;
  readonly ours: OurDirectory;
  readonly followed: FollowedRows;
  /** RFC 3339 in UTC with six decimals, read after everything else. */
  readonly now: string;
};

/**
 * Plans what brings hopsmeter up to what the application says now: a row that is new comes over as with an import, one
 * that changed since both agreed becomes a change with its time, and one that says otherwise than somebody decided in
 * hopsmeter is a problem and changes nothing.
 *
 * One plan may not be enough: a change can make room for another one. Planned again after its changes were made, it has
 * fewer.
 *
 * @returns a plan for each row of the application and each that is remembered, those included in which nothing is new.
 */
export function planFollowing(state: FollowingState): readonly RowPlan[] {
  const { application, ours, now } = state;
  const world = createProjectWorld(application, ours, now);
  const { agreed, others } = divideProjects(state);
  const handOvers = planHandOvers(others, agreed, world);
  const left = others.filter((project) => !handOvers.plans.has(projectKey(project)));
  const newRows = createNewRows(
    planDirectory({ ...application, projects: left, credits: [] }, ours, now),
    (content) => 'namespace' in content && world.isSame(content),
  );
  return [
    ...planClusters(state, newRows),
    ...planUsers(state, newRows),
    ...planAssignments(state, newRows),
    ...agreed.filter(({ key }) => !handOvers.givers.has(key)).map((project) => followProject(project, world)),
    ...handOvers.plans.values(),
    ...planOtherProjects(left, state, newRows, world),
  ];
}

function planClusters({ application, ours, followed }: FollowingState, newRows: NewRows): RowPlan[] {
  const known = new Map(ours.clusters.map((cluster) => [cluster.id, cluster]));
  const rows = followed.hopsworks_clusters;
  return [
    ...application.clusters.map((cluster) => {
      const our = known.get(cluster.id);
      if (our !== undefined) return followCluster(cluster, our, rows.get(cluster.id));
      return newRows.plan('hopsworks_clusters', cluster.id, cluster);
    }),
    ...goneRows('hopsworks_clusters', followed, new Set(application.clusters.map(({ id }) => id))),
  ];
}

function planUsers({ application, ours, followed, now }: FollowingState, newRows: NewRows): RowPlan[] {
  const known = new Map(ours.users.map((user) => [user.id, user]));
  const isOwner = ({ accountOwnerId }: { readonly accountOwnerId: string | null }) => accountOwnerId === null;
  // Owners first: whoever becomes one may get members in the same look.
  const inOrder = [...application.users.filter(isOwner), ...application.users.filter((user) => !isOwner(user))];
  return [
    ...inOrder.map((user) => {
      const our = known.get(user.id);
      if (our !== undefined) return followUser(user, our, followed.users.get(user.id), now);
      return newRows.plan('users', user.id, user);
    }),
    ...goneRows('users', followed, new Set(application.users.map(({ id }) => id))),
  ];
}

function planAssignments({ application, ours, followed, now }: FollowingState, newRows: NewRows): RowPlan[] {
  const aliases = planAliases(application, ours, now);
  const users = new Map(application.users.map((user) => [user.id, user]));
  const assignments = new Map(application.assignments.map((assignment) => [assignment.userId, assignment]));
  const histories = groupBy(ours.assignments, ({ userId }) => userId);
  const owners = new Map(ours.users.map(({ id, accountOwnerId }) => [id, accountOwnerId]));
  const rows = followed.user_hopsworks_assignments;
  const isMember = (userId: string) => (owners.get(userId) ?? users.get(userId)?.accountOwnerId ?? null) !== null;
  const keys = [...new Set([...assignments.keys(), ...rows.keys()])];
  // Owners first: members are on the cluster of their owner.
  return [...keys.filter((key) => !isMember(key)), ...keys.filter(isMember)].map((userId) => {
    const assignment = assignments.get(userId);
    const content = readAssignment(userId, users.get(userId), assignment);
    const history = histories.get(userId);
    if (history !== undefined)
      return followAssignment({
        content,
        isThere: assignment !== undefined,
        history,
        followed: rows.get(userId),
        aliases,
        now,
      });
    if (assignment === undefined) return forget('user_hopsworks_assignments', userId);
    return newRows.plan('user_hopsworks_assignments', userId, content);
  });
}

function planOtherProjects(
  projects: readonly ApplicationProject[],
  { application, followed }: FollowingState,
  newRows: NewRows,
  world: ProjectWorld,
): RowPlan[] {
  const there = new Set(application.projects.map(projectKey));
  return [
    ...projects.map((project) =>
      newRows.plan('user_projects', projectKey(project), {
        ...project,
        clusterId: world.theirClusterOf(project.userId),
      }),
    ),
    ...[...followed.user_projects]
      .filter(([key, { agreed }]) => agreed === null && !there.has(key))
      .map(([key]) => forget('user_projects', key)),
  ];
}

/** Those on which both have agreed once, the ones that are gone included; and the others. */
function divideProjects({ application, followed }: FollowingState): {
  readonly agreed: readonly AgreedProject[];
  readonly others: readonly ApplicationProject[];
} {
  const projects = new Map(application.projects.map((project) => [projectKey(project), project]));
  const agreed = [...followed.user_projects].flatMap(([key, row]) =>
    row.agreed === null ? [] : [{ key, followed: row, agreed: row.agreed, project: projects.get(key) }],
  );
  const keys = new Set(agreed.map(({ key }) => key));
  return { agreed, others: application.projects.filter((project) => !keys.has(projectKey(project))) };
}

/** People and clusters are never taken away: the application marks them, and their usage stays somebody's. */
function goneRows(
  table: 'users' | 'hopsworks_clusters',
  followed: FollowedRows,
  there: ReadonlySet<string>,
): RowPlan[] {
  return [...(followed[table] as ReadonlyMap<string, FollowedRow<FollowedContents[typeof table]>>)]
    .filter(([key]) => !there.has(key))
    .map(([key, { content, agreed, boundary }]) => ({
      table,
      key,
      content,
      agreed,
      boundary,
      changes: [],
      problem: { kind: 'gone', reason: 'the application no longer has this row; hopsmeter keeps what it has' },
    }));
}

function forget(table: FollowedTable, key: string): RowPlan {
  return { table, key, changes: [], content: null, agreed: null, boundary: null, problem: null };
}
