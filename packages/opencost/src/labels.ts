import { allocationSchema, readRows } from './allocation-answer.ts';

/** A label as Prometheus can have it; Kubernetes' `hopsworks.ai/project` is `hopsworks_ai_project` there. */
const PROJECT_LABEL = 'hopsworks_ai_project';

/** The Hopsworks user name of whom a job, a notebook or a deployment belongs to. */
const USER_LABEL = 'user';

type Labels = Readonly<Record<string, string>> | null | undefined;

/**
 * Finds the namespaces that Hopsworks made for projects: those with the label `hopsworks.ai/project`. None of them is
 * labelled where OpenCost is not given the labels of namespaces (kube-state-metrics' `--metric-labels-allowlist`).
 *
 * @throws OpenCostError when the answer holds no allocations.
 */
export function findProjectNamespaces(answer: unknown, clusterName: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { row } of readRows(answer)) {
    const properties = allocationSchema.safeParse(row).data?.properties;
    if (properties?.cluster !== clusterName || !properties.namespace) continue;
    if (readLabel(properties.namespaceLabels, PROJECT_LABEL) !== undefined) found.add(properties.namespace);
  }
  return found;
}

export function readUser(labels: Labels): string | undefined {
  return readLabel(labels, USER_LABEL);
}

/** Versions of OpenCost differ in how they write labels: as Kubernetes, as Prometheus, as kube-state-metrics. */
function readLabel(labels: Labels, wanted: string): string | undefined {
  const [, value] =
    Object.entries(labels ?? {}).find(
      ([name]) => name.replace(/^label_/, '').replaceAll(/[^a-zA-Z0-9_]/g, '_') === wanted,
    ) ?? [];
  return value || undefined;
}
