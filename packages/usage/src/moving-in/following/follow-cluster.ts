import type { ApplicationCluster } from '../application-rows.ts';
import type { DirectoryChange, OurDirectory } from '../directory-plan.ts';
import { statusOf } from '../plan-clusters.ts';
import type { FollowedRow } from './followed-rows.ts';
import { compare, type RowPlan } from './row-plan.ts';

/** Plans what a cluster that hopsmeter has says anew: each thing by itself. */
export function followCluster(
  cluster: ApplicationCluster,
  our: OurDirectory['clusters'][number],
  followed: FollowedRow<ApplicationCluster> | undefined,
): RowPlan {
  const row = { table: 'hopsworks_clusters', key: cluster.id } as const;
  const agreed = followed?.agreed ?? undefined;
  const status = statusOf(cluster);
  const outcomes = {
    name: compare(cluster.name, agreed?.name, our.name),
    maxUsers: compare(cluster.maxUsers, agreed?.maxUsers, our.maxUsers),
    status: compare<string>(status, agreed === undefined ? undefined : statusOf(agreed), our.status),
  };
  const problems: string[] = [];
  const next = { ...cluster };
  if (outcomes.name === 'contradicts') {
    problems.push(`hopsmeter has the name ${our.name}`);
    next.name = agreed?.name ?? our.name;
  }
  if (outcomes.maxUsers === 'contradicts' || (outcomes.maxUsers === 'changed' && (cluster.maxUsers ?? 0) <= 0)) {
    problems.push(`max_users is ${cluster.maxUsers ?? 'NULL'}, and hopsmeter has ${our.maxUsers}`);
    next.maxUsers = agreed?.maxUsers ?? our.maxUsers;
  }
  if (outcomes.status === 'contradicts') {
    problems.push(`hopsmeter has it ${our.status}`);
    next.status = agreed?.status ?? our.status;
  }
  const change: DirectoryChange = {
    ...row,
    kind: 'change_cluster',
    clusterId: cluster.id,
    name: outcomes.name === 'changed' ? cluster.name : undefined,
    maxUsers: outcomes.maxUsers === 'changed' ? (next.maxUsers ?? undefined) : undefined,
    status: outcomes.status === 'changed' ? status : undefined,
  };
  const isChanged =
    change.name !== undefined ||
    change.status !== undefined ||
    (change.maxUsers !== undefined && change.maxUsers !== our.maxUsers);
  const problem = problems.length === 0 ? null : ({ kind: 'contradiction', reason: problems.join(', ') } as const);
  return { ...row, changes: isChanged ? [change] : [], content: cluster, agreed: next, boundary: null, problem };
}
