import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';

/** A namespace of a cluster and whose it is, or was; null where the period is open. */
export type ProjectRow = {
  readonly id: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Whether it is as its cluster reports it; what a person enters or changes is not. */
  readonly isReported: boolean;
};

/** Columns of a {@link ProjectRow} of `projects`. */
export const PROJECT_COLUMNS = `
  projects.id, projects.hopsworks_cluster_id as "clusterId", projects.namespace, projects.user_id as "userId",
  ${instantText('projects.started_at')} as "startedAt", ${instantText('projects.ended_at')} as "endedAt",
  projects.is_reported as "isReported"
`;

/** Reads one project by id, $1. */
const READ_PROJECT = `select ${PROJECT_COLUMNS} from hopsmeter.projects where id = $1::uuid`;

/** Reads a project. @throws RequestError NOT_FOUND */
export async function readProject({ rowsOf }: AuditedTransaction, id: string): Promise<ProjectRow> {
  const [project] = await rowsOf<ProjectRow>(READ_PROJECT, [id]);
  if (project === undefined) throw new RequestError('NOT_FOUND', `there is no project ${id}`);
  return project;
}
