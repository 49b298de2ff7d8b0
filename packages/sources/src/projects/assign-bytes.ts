import { groupBy } from '@hopsmeter/usage';
import type { IgnoredRow, QuarantinedRow } from '../source.ts';
import { chooseHolders } from './choose-holders.ts';
import type { ProjectList } from './hopsworks-client.ts';
import type { ListedProject } from './listed-project.ts';

/** What is stored under a name: a database, a folder. */
export type StoredBytes = { readonly name: string; readonly bytes: bigint };

export type AssignedBytes = {
  /** In the order of their namespaces; each of them once. */
  readonly assigned: readonly { readonly namespace: string; readonly bytes: bigint }[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly ignored: readonly IgnoredRow[];
  /** Projects that nothing was stored under. */
  readonly absent: readonly ListedProject[];
};

/**
 * Finds the namespace of what is stored under the name of a project. Only Hopsworks knows it: a namespace made from a
 * name may be that of another project.
 *
 * @param isLowered whether names may have been put in lower case by whoever stores; a project's own name comes first.
 */
export function assignBytes(
  stored: readonly StoredBytes[],
  { projects }: ProjectList,
  { isLowered }: { readonly isLowered: boolean },
): AssignedBytes {
  const holders = chooseHolders(projects);
  const byName = groupBy(projects, ({ name }) => name);
  const byLowered = groupBy(projects, ({ name }) => name.toLowerCase());
  const storedNames = new Set(stored.map(({ name }) => name));
  const assigned: { namespace: string; bytes: bigint }[] = [];
  const quarantined: QuarantinedRow[] = [];
  const ignored: IgnoredRow[] = [];
  const found = new Set<ListedProject>();

  for (const { name, bytes } of stored.toSorted((a, b) => compare(a.name, b.name))) {
    const quarantine = (reason: string, detail: string) => quarantined.push({ name, reason, detail });
    const lowered = (isLowered ? byLowered.get(name) : undefined)?.filter((each) => !storedNames.has(each.name));
    const candidates = byName.get(name) ?? lowered ?? [];
    for (const project of candidates) found.add(project);
    const [project, another] = candidates;
    if (project === undefined) quarantine('unknown_project', `Hopsworks lists no project ${name}`);
    else if (another !== undefined)
      quarantine('ambiguous_name', `it may be that of project ${candidates.map(({ id }) => id).join(' or ')}`);
    else if (project.namespace === undefined)
      quarantine('namespace_missing', `Hopsworks tells no namespace of project ${project.id} yet`);
    else if (holders.get(project.namespace) !== project)
      quarantine('namespace_taken', `another project has the namespace ${project.namespace} of project ${project.id}`);
    else if (bytes === 0n) ignored.push({ name, reason: 'no_usage' });
    else assigned.push({ namespace: project.namespace, bytes });
  }
  return {
    assigned: assigned.toSorted((a, b) => compare(a.namespace, b.namespace)),
    quarantined,
    ignored,
    absent: projects.filter((project) => !found.has(project)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
