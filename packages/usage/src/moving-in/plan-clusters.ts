import { isSystemId } from '../system-id.ts';
import type { ApplicationCluster, ApplicationDirectory } from './application-rows.ts';
import type { OurDirectory } from './directory-plan.ts';
import type { Outcomes } from './outcomes.ts';

/**
 * Clusters keep their ids: usage of the past names them. A status other than `active` means that a cluster takes no new
 * users, which is what `inactive` is here.
 *
 * @returns the ids of the clusters that are here or will be.
 */
export function planClusters(
  { clusters }: ApplicationDirectory,
  ours: OurDirectory,
  outcomes: Outcomes,
): ReadonlySet<string> {
  const known = new Map(ours.clusters.map((cluster) => [cluster.id, cluster]));
  const ids = new Set(known.keys());
  const names = new Set(ours.clusters.map(({ name }) => name));
  for (const cluster of clusters) {
    const { id: clusterId, name, maxUsers } = cluster;
    const row = { table: 'hopsworks_clusters', key: clusterId } as const;
    const status = statusOf(cluster);
    const our = known.get(clusterId);
    if (our !== undefined) {
      if (our.name === name && our.maxUsers === maxUsers && our.status === status) outcomes.keep(row);
      else outcomes.differ(row, `hopsmeter has ${our.name}, ${our.status}, for ${our.maxUsers} users`);
      continue;
    }
    const reason = refusalOf(cluster, names);
    if (reason !== undefined || maxUsers === null) {
      outcomes.refuse(row, reason ?? 'max_users is missing');
      continue;
    }
    ids.add(clusterId);
    names.add(name);
    outcomes.bring(row, [{ ...row, kind: 'create_cluster', clusterId, name, maxUsers, status }]);
  }
  return ids;
}

/** What a cluster is here: it takes new users, or does not. */
export function statusOf({ status }: ApplicationCluster): 'active' | 'inactive' {
  return status === 'active' ? 'active' : 'inactive';
}

function refusalOf({ id, name, maxUsers }: ApplicationCluster, names: ReadonlySet<string>): string | undefined {
  if (!isSystemId(id)) return 'the id is no UUID';
  if (maxUsers !== null && maxUsers <= 0) return `max_users is ${maxUsers}`;
  return names.has(name) ? `another cluster is called ${name}` : undefined;
}
