import { groupBy } from '../../group-by.ts';
import type { ApplicationDirectory } from '../application-rows.ts';
import type { OurDirectory, OurProject } from '../directory-plan.ts';
import type { FollowedProject } from './followed-rows.ts';

export type Place = Pick<FollowedProject, 'clusterId' | 'namespace'>;

/** What the plans of projects look at. */
export type ProjectWorld = {
  readonly now: string;
  /** The projects of a namespace here, the earliest first. */
  projectsAt(place: Place): readonly OurProject[];
  /** The project that a user has in a place now. */
  findOpen(place: Place, userId: string): OurProject | undefined;
  /** Where a user is, as far as both systems say the same of it, and since when. */
  clusterOf(userId: string): { readonly clusterId: string; readonly since: string | null } | undefined;
  /** Where a user is by the application. */
  theirClusterOf(userId: string): string | null;
  /** Whether hopsmeter has a project of that user there that is in use, or over, as the application's is. */
  isSame(project: FollowedProject): boolean;
};

export function createProjectWorld(application: ApplicationDirectory, ours: OurDirectory, now: string): ProjectWorld {
  const byPlace = groupBy(ours.projects, placeKey);
  const theirs = new Map(application.assignments.map(({ userId, clusterId }) => [userId, clusterId]));
  const open = new Map(ours.assignments.filter(({ endedAt }) => endedAt === null).map((one) => [one.userId, one]));
  const projectsAt = (place: Place): readonly OurProject[] =>
    (byPlace.get(placeKey(place)) ?? []).toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1));
  return {
    now,
    projectsAt,
    findOpen: (place, userId) => projectsAt(place).find((one) => one.userId === userId && one.endedAt === null),
    clusterOf(userId) {
      const our = open.get(userId);
      return our === undefined || our.clusterId !== theirs.get(userId)
        ? undefined
        : { clusterId: our.clusterId, since: our.startedAt };
    },
    theirClusterOf: (userId) => theirs.get(userId) ?? null,
    isSame: (project) =>
      projectsAt(project).some(
        ({ userId, endedAt }) => userId === project.userId && (endedAt === null) === (project.status === 'active'),
      ),
  };
}

export function placeKey({ clusterId, namespace }: Place): string {
  return `${clusterId} ${namespace}`;
}
