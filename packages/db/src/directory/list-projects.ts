import type { Pool } from '../connection/pool.ts';
import { PROJECT_COLUMNS, type ProjectRow } from './read-project.ts';

/**
 * A page of projects by namespace, then id. Parameters: $1 cluster or NULL, $2 user or NULL, $3 namespace or NULL,
 * $4 and $5 namespace and id of the last project seen or NULL, $6 number of rows.
 */
const LIST_PROJECTS = `
select ${PROJECT_COLUMNS}
from hopsmeter.projects
where ($1::uuid is null or hopsworks_cluster_id = $1)
  and ($2::text is null or user_id = $2)
  and ($3::text is null or namespace = $3)
  and ($4::text is null or (namespace collate "C", id) > ($4, $5::uuid))
order by namespace collate "C", id
limit $6::integer
`;

export type ProjectsQuery = {
  readonly clusterId?: string | undefined;
  readonly userId?: string | undefined;
  readonly namespace?: string | undefined;
  readonly after?: { readonly namespace: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists projects, ended ones too, with {@link LIST_PROJECTS}. */
export async function listProjects(pool: Pool, query: ProjectsQuery): Promise<readonly ProjectRow[]> {
  const parameters = [
    query.clusterId ?? null,
    query.userId ?? null,
    query.namespace ?? null,
    query.after?.namespace ?? null,
    query.after?.id ?? null,
    query.limit,
  ];
  return (await pool.query<ProjectRow>(LIST_PROJECTS, parameters)).rows;
}
