/** What an assignment changes: the users of clusters, and how full these are. */
export function touchedByAssignment(clusterId: string): readonly string[] {
  return ['/v1/users', '/v1/clusters', `/v1/clusters/${clusterId}`];
}
