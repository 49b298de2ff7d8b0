import type { ListedProject } from './listed-project.ts';

/**
 * Of several projects that are listed with the same namespace one has it: the one that is known to, else the one that
 * was created first. Namespaces are billed to one project at a time.
 */
export function chooseHolders(
  listed: readonly ListedProject[],
  isKnown: (project: ListedProject) => boolean = () => false,
): ReadonlyMap<string, ListedProject> {
  const holders = new Map<string, ListedProject>();
  const ordered = listed.toSorted(
    (a, b) =>
      Number(isKnown(b)) - Number(isKnown(a)) || Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id - b.id,
  );
  for (const project of ordered)
    if (project.namespace !== undefined && !holders.has(project.namespace)) holders.set(project.namespace, project);
  return holders;
}
