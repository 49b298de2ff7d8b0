import type { Query } from '../connection/query.ts';
import { patternsOf, rankOf } from './like.ts';

/** A cluster whose name has the text in it, or whose id begins with it. */
export type FoundCluster = { readonly id: string; readonly name: string; readonly status: string };

/** Parameters: $1 to $4 of `rankOf`, $5 number of rows. Reads all clusters: there are tens. */
const FIND_CLUSTERS = `
select id::text, name, status
from hopsmeter.hopsworks_clusters
where name ilike $1 or id::text ilike $2
order by ${rankOf(['name', 'id::text'])}, name
limit $5::integer
`;

/** Finds clusters with {@link FIND_CLUSTERS}. */
export function findClusters({ rowsOf }: Query, text: string, limit: number): Promise<readonly FoundCluster[]> {
  return rowsOf<FoundCluster>(FIND_CLUSTERS, [...patternsOf(text), text, limit]);
}

/** A project whose namespace has the text in it, or that has it as its id. */
export type FoundProject = {
  readonly id: string;
  readonly namespace: string;
  readonly clusterId: string;
  readonly clusterName: string;
  /** Whose it is, or was last. */
  readonly userId: string;
  readonly userName: string | null;
  /** Who pays for that user now. */
  readonly accountOwnerId: string;
  readonly isEnded: boolean;
};

/**
 * Of a namespace that had several users, the project of the last one. Parameters: $1 to $4 of `rankOf`, $5 number of
 * rows. Reads all projects: there are tens of thousands.
 */
const FIND_PROJECTS = `
select
  project.id::text, project.namespace, cluster.id::text as "clusterId", cluster.name as "clusterName",
  project.user_id as "userId", coalesce(users.name, users.email) as "userName",
  coalesce(users.account_owner_id, users.id) as "accountOwnerId",
  coalesce(project.ended_at <= now(), false) as "isEnded"
from (
  select distinct on (hopsworks_cluster_id, namespace) id, namespace, hopsworks_cluster_id, user_id, ended_at
  from hopsmeter.projects
  where namespace ilike $1 or id::text = lower($4)
  order by hopsworks_cluster_id, namespace, started_at desc
) as project
join hopsmeter.hopsworks_clusters cluster on cluster.id = project.hopsworks_cluster_id
join hopsmeter.users on users.id = project.user_id
order by ${rankOf(['project.namespace', 'project.id::text'])}, project.namespace, cluster.name
limit $5::integer
`;

/** Finds projects with {@link FIND_PROJECTS}. */
export function findProjects({ rowsOf }: Query, text: string, limit: number): Promise<readonly FoundProject[]> {
  return rowsOf<FoundProject>(FIND_PROJECTS, [...patternsOf(text), text, limit]);
}
