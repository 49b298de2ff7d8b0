/** Namespaces that had the label of a project at any time within a number of seconds. */
export function labelledNamespaces(seconds: number): string {
  return `group by (namespace) (last_over_time(kube_namespace_labels{label_hopsworks_ai_project!=""}[${seconds}s]))`;
}
