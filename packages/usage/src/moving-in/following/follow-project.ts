import type { ApplicationProject } from '../application-rows.ts';
import type { DirectoryChange, OurProject } from '../directory-plan.ts';
import { chooseMoment } from './choose-moment.ts';
import type { FollowedProject, FollowedRow } from './followed-rows.ts';
import type { Place, ProjectWorld } from './project-world.ts';
import type { RowPlan } from './row-plan.ts';

/** A row on which both have agreed once. */
export type AgreedProject = {
  readonly key: string;
  readonly followed: FollowedRow<FollowedProject>;
  readonly agreed: FollowedProject;
  /** What the application says now; undefined: the row is no more, so the project ended when that was noticed. */
  readonly project: ApplicationProject | undefined;
};

/**
 * Plans what a project says anew on which both have agreed. It is on the cluster of its user, as far as both say the
 * same of where that is.
 */
export function followProject({ key, followed, agreed, project }: AgreedProject, world: ProjectWorld): RowPlan {
  const row = { table: 'user_projects', key } as const;
  const place = project === undefined ? { ...agreed, since: null } : placeOf(project, agreed, world);
  const content = project === undefined ? null : { ...project, clusterId: place.clusterId, namespace: place.namespace };
  const plan: RowPlan = { ...row, content, agreed: content, boundary: followed.boundary, changes: [], problem: null };
  const change = (one: DirectoryChange, boundary = followed.boundary): RowPlan => ({
    ...plan,
    boundary,
    changes: [one],
  });
  const contradict = (): RowPlan => {
    const problem = { kind: 'contradiction', reason: describeHolder(world, agreed) } as const;
    return { ...plan, content: content ?? followed.content, agreed, problem };
  };
  const momentOf = (own: string | null, of: OurProject): string | undefined =>
    chooseMoment({
      own,
      ownBefore: null,
      now: world.now,
      boundary: of.startedAt,
      agreedBoundary: followed.boundary,
    });

  const open = world.findOpen(agreed, agreed.userId);
  const isMoved = place.clusterId !== agreed.clusterId || place.namespace !== agreed.namespace;
  if (project === undefined || !isInUse(project)) {
    if (open === undefined) return plan;
    const from = momentOf(project?.lastSeenAt ?? null, open);
    // Both had agreed that it is over, and somebody opened it here again; or it was given a later begin.
    if (!isInUse(agreed) || from === undefined) return contradict();
    return change({ ...row, kind: 'end_project', projectId: open.id, from });
  }
  if (isMoved && open !== undefined) {
    const from = momentOf(place.clusterId === agreed.clusterId ? null : place.since, open);
    const { clusterId, namespace } = place;
    if (from === undefined || clusterId === null || namespace === null) return contradict();
    return change({ ...row, kind: 'move_project', projectId: open.id, clusterId, namespace, from }, from);
  }
  const held = world.findOpen(place, agreed.userId);
  if (held !== undefined) return isInUse(agreed) && !isMoved ? plan : { ...plan, boundary: held.startedAt };
  // Both had agreed that it is in use, and somebody ended it here or gave it away.
  if (isInUse(agreed)) return contradict();
  return reopen(place) ?? contradict();

  /** A project that is in use again was so all the time, where nobody else had its namespace meanwhile. */
  function reopen({ clusterId, namespace }: Place): RowPlan | undefined {
    const latest = world.projectsAt(place).at(-1);
    if (clusterId === null || namespace === null || latest?.endedAt === null) return undefined;
    if (latest?.userId === agreed.userId)
      return change({ ...row, kind: 'reopen_project', projectId: latest.id }, latest.startedAt);
    const begin = { clusterId, namespace, userId: agreed.userId, startedAt: world.now, endedAt: null };
    return change({ ...row, kind: 'create_project', ...begin }, begin.startedAt);
  }
}

function placeOf(
  project: ApplicationProject,
  agreed: FollowedProject,
  world: ProjectWorld,
): Place & { readonly since: string | null } {
  const cluster = world.clusterOf(project.userId);
  return {
    clusterId: cluster?.clusterId ?? agreed.clusterId,
    namespace: project.namespace ?? agreed.namespace,
    since: cluster?.since ?? null,
  };
}

export function isInUse({ status }: ApplicationProject): boolean {
  return status === 'active';
}

function describeHolder(world: ProjectWorld, place: Place): string {
  const latest = world.projectsAt(place).at(-1);
  if (latest === undefined) return 'hopsmeter has no such project';
  return (
    `hopsmeter has it as a project of ${latest.userId} from ${latest.startedAt ?? 'always'} to ` +
    `${latest.endedAt ?? 'now'}`
  );
}
