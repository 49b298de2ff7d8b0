import { groupBy } from '../group-by.ts';
import { NAME_LENGTH_MAX } from '../limits.ts';
import { isName } from '../text.ts';
import type { ApplicationDirectory, ApplicationProject } from './application-rows.ts';
import type { ApplicationKey, OurDirectory, ProjectTime } from './directory-plan.ts';
import type { Outcomes } from './outcomes.ts';
import type { PlannedSoFar } from './plan-assignments.ts';

/** A project of the application in our words, or why it has none. */
type Reading = { readonly row: ApplicationKey; readonly project: ProjectTime | { readonly refusal: string } };

/**
 * The cluster of a project is the one its user is assigned to; its time begins with `created_at` and ends, when it is
 * inactive, with `last_seen_at`. Projects that are active come first: of two that overlap, the one in use has the
 * namespace.
 */
export function planProjects(
  application: ApplicationDirectory,
  ours: OurDirectory,
  soFar: PlannedSoFar,
  outcomes: Outcomes,
): void {
  const clusterOf = new Map(application.assignments.map(({ userId, clusterId }) => [userId, clusterId]));
  const readings = application.projects.map((project): Reading => {
    const row = { table: 'user_projects', key: `${project.userId}/${project.projectId}` } as const;
    return { row, project: readProject(project, clusterOf.get(project.userId), soFar) };
  });
  const byNamespace = groupBy(ours.projects, namespaceKey);
  const planned = new Map<string, { readonly row: ApplicationKey; readonly project: ProjectTime }[]>();
  for (const { row, project } of readings.toSorted(byUse)) {
    if ('refusal' in project) {
      outcomes.refuse(row, project.refusal);
      continue;
    }
    const namespace = namespaceKey(project);
    const others = planned.get(namespace) ?? [];
    const other = others.find((one) => isOverlapping(one.project, project));
    if (other !== undefined) {
      outcomes.refuse(row, `${other.row.key} has the namespace ${project.namespace} in a part of that time`);
      continue;
    }
    const known = (byNamespace.get(namespace) ?? []).filter((one) => isOverlapping(one, project));
    const [first] = known;
    if (first !== undefined) {
      if (known.length === 1 && isSame(first, project)) {
        planned.set(namespace, [...others, { row, project }]);
        outcomes.keep(row);
      } else outcomes.differ(row, `hopsmeter has it as a project of ${describeTime(first)}`);
      continue;
    }
    planned.set(namespace, [...others, { row, project }]);
    outcomes.bring(row, [{ ...row, kind: 'create_project', ...project }]);
  }
}

/** A project of the application in our words. */
function readProject(
  { userId, namespace, status, createdAt, lastSeenAt }: ApplicationProject,
  clusterId: string | null | undefined,
  { clusterIds, owners, now }: PlannedSoFar,
): ProjectTime | { readonly refusal: string } {
  if (namespace === null || namespace === '') return { refusal: 'it has no namespace' };
  if (!isName(namespace, NAME_LENGTH_MAX)) return { refusal: 'the namespace is no name' };
  if (!owners.has(userId)) return { refusal: 'the user cannot come over' };
  if (clusterId === undefined || clusterId === null) return { refusal: 'the user is on no cluster' };
  if (!clusterIds.has(clusterId)) return { refusal: `the cluster ${clusterId} is not here` };
  if (createdAt === null) return { refusal: 'created_at is missing' };
  if (status !== 'active' && status !== 'inactive') return { refusal: `the status ${status ?? 'NULL'} is not known` };
  const endedAt = status === 'active' ? null : lastSeenAt;
  if (status === 'inactive' && endedAt === null) return { refusal: 'it is inactive, and last_seen_at is missing' };
  if (createdAt > now || (endedAt !== null && endedAt > now)) return { refusal: 'its time is in the future' };
  if (endedAt !== null && endedAt <= createdAt) return { refusal: 'it was not seen after it was created' };
  return { clusterId, namespace, userId, startedAt: createdAt, endedAt };
}

/** Projects in use first, then by their begin. */
function byUse({ project: a }: Reading, { project: b }: Reading): number {
  if ('refusal' in a || 'refusal' in b) return 0;
  if ((a.endedAt === null) !== (b.endedAt === null)) return a.endedAt === null ? -1 : 1;
  const [first, second] = [a.startedAt ?? '', b.startedAt ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}

function namespaceKey({ clusterId, namespace }: ProjectTime): string {
  return `${clusterId} ${namespace}`;
}

function isOverlapping(a: ProjectTime, b: ProjectTime): boolean {
  return isBefore(a.startedAt, b.endedAt) && isBefore(b.startedAt, a.endedAt);
}

/** Whether a begin is before an end; both are open where null. */
function isBefore(begin: string | null, end: string | null): boolean {
  return begin === null || end === null || begin < end;
}

function isSame(a: ProjectTime, b: ProjectTime): boolean {
  return a.userId === b.userId && a.startedAt === b.startedAt && a.endedAt === b.endedAt;
}

function describeTime({ userId, startedAt, endedAt }: ProjectTime): string {
  return `${userId} from ${startedAt ?? 'always'} to ${endedAt ?? 'now'}`;
}
