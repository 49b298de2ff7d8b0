import type { Pool } from '@hopsmeter/db';
import { loadDirectory } from '@hopsmeter/db';
import { createDirectory, type Directory } from '@hopsmeter/usage';

/** Two accounts on one cluster: an owner with a member who has a project, and another owner. */
export type SeededDirectory = {
  readonly clusterId: string;
  /** A cluster on which nobody is. */
  readonly emptyClusterId: string;
  readonly ownerId: string;
  readonly memberId: string;
  readonly otherId: string;
  /** The member's. */
  readonly projectId: string;
  readonly namespace: string;
  /** The directory with all of it. */
  readonly directory: Directory;
};

const SEED = `
with clusters as (
  insert into hopsmeter.hopsworks_clusters (name, max_users) values ('east', 10), ('empty', 10) returning id, name
),
owners as (
  insert into hopsmeter.users (id, email)
    values ('auth0|owner', 'owner@example.com'), ('auth0|other', 'other@example.com')
  returning id
)
select id from clusters, (select count(*) from owners) as done order by name
`;

const SEED_MEMBER = `
with member as (
  insert into hopsmeter.users (id, email, account_owner_id) values ('auth0|member', 'member@example.com', 'auth0|owner')
  returning id
),
assigned as (
  insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
  select id, $1::uuid, '-infinity' from (values ('auth0|owner'), ('auth0|other'), ('auth0|member')) as everybody (id)
)
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
select $1::uuid, 'ml', id, '-infinity' from member returning id
`;

/** Fills the directory of a new database. */
export async function seedDirectory(pool: Pool): Promise<SeededDirectory> {
  const clusters = await pool.query<{ id: string }>(SEED);
  const [cluster, emptyCluster] = clusters.rows;
  if (cluster === undefined || emptyCluster === undefined) throw new Error('no cluster was made');
  const projects = await pool.query<{ id: string }>(SEED_MEMBER, [cluster.id]);
  const [project] = projects.rows;
  if (project === undefined) throw new Error('no project was made');
  return {
    clusterId: cluster.id,
    emptyClusterId: emptyCluster.id,
    ownerId: 'auth0|owner',
    memberId: 'auth0|member',
    otherId: 'auth0|other',
    projectId: project.id,
    namespace: 'ml',
    directory: createDirectory(await loadDirectory(pool)),
  };
}
