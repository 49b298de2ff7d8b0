import { endOfHour } from '../asking/utc-hour.ts';
import type { KnownProject } from './known-projects.ts';
import type { ListedProject } from './listed-project.ts';

/** Why a project is not reported now. */
export type Fault = { readonly reason: string; readonly detail: string };

/** Finds what is wrong with a listed project, or not known of it yet. */
export function findFault(
  project: ListedProject,
  {
    entries,
    holders,
    hour,
  }: { entries: readonly KnownProject[]; holders: ReadonlyMap<string, ListedProject>; hour: string },
): Fault | undefined {
  const { id, namespace, owner, createdAt } = project;
  const other = entries.find((each) => !isSame(each, project));
  if (other !== undefined)
    return {
      reason: 'another_project',
      detail: `project ${id} was created at ${createdAt}, not at ${other.createdAt}: is it another Hopsworks?`,
    };
  if (!isBefore(createdAt, endOfHour(hour)))
    return { reason: 'created_in_future', detail: `project ${id} was created at ${createdAt}, which is to come` };
  if (namespace === undefined)
    return { reason: 'namespace_missing', detail: `Hopsworks tells no namespace of project ${id} yet` };
  if (owner === undefined) return { reason: 'owner_missing', detail: `Hopsworks tells no owner of project ${id}` };
  const holder = holders.get(namespace);
  if (holder !== undefined && holder.id !== id)
    return {
      reason: 'namespace_taken',
      detail: `project ${id} has the namespace ${namespace} of project ${holder.id}`,
    };
  return undefined;
}

/** Ids are given once: with another creation it is another project of that id. */
export function isSame(known: KnownProject, listed: ListedProject): boolean {
  return Date.parse(known.createdAt) === Date.parse(listed.createdAt);
}

export function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}
