import { SYSTEM_NAMESPACES } from '@hopsmeter/opencost';
import type { Note } from '../source.ts';

export type NamespaceOptions = {
  /** Namespaces that are nobody's, whatever their labels. */
  readonly ignoredNamespaces?: readonly string[];
  /** The namespaces of all projects as Hopsworks lists them; asked where no namespace is labelled. */
  readonly readProjects?: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
};

export type NamespaceChoice = {
  readonly isProject: (namespace: string) => boolean;
  readonly notes: readonly Note[];
};

/**
 * Decides which namespaces are projects' and whose usage is the platform's.
 *
 * Where any namespace has the label of a project, those that have it are. Where none has, the labels are hidden rather
 * than missing (kube-state-metrics shows only those that it is told to), and what all projects used would be free: then
 * those that Hopsworks lists are, and without Hopsworks all but the known ones of the platform. Usage of a namespace
 * that is no project's is parked, and nobody pays for it.
 */
export async function chooseNamespaces(
  labelled: ReadonlySet<string>,
  { ignoredNamespaces = [], readProjects }: NamespaceOptions,
  signal: AbortSignal,
): Promise<NamespaceChoice> {
  const ignored = new Set([...SYSTEM_NAMESPACES, ...ignoredNamespaces]);
  const choose = (isProject: (namespace: string) => boolean, instead?: string): NamespaceChoice => ({
    isProject: (namespace) => !ignored.has(namespace) && isProject(namespace),
    notes: instead === undefined ? [] : [describe(instead)],
  });
  if (labelled.size > 0) return choose((namespace) => labelled.has(namespace));
  if (readProjects === undefined)
    return choose(() => true, 'every namespace but those of the platform is taken as one');
  const projects = await readProjects(signal);
  return choose((namespace) => projects.has(namespace), 'those that Hopsworks lists are taken');
}

function describe(instead: string): Note {
  return {
    reason: 'no_project_labels',
    detail:
      `no namespace has the label hopsworks.ai/project, so ${instead}; ` +
      'allow it with --metric-labels-allowlist of kube-state-metrics',
  };
}
