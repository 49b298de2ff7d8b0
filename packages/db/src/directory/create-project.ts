import { RequestError } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';
import { type Change, changeDirectory } from './change-directory.ts';
import type { Created } from './create-user.ts';
import { pastMomentOf } from './moment.ts';
import { readCluster } from './read-cluster.ts';
import { PROJECT_COLUMNS, type ProjectRow } from './read-project.ts';
import { readUser } from './read-user.ts';

export type NewProject = {
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
  /** RFC 3339, not after now. Not given: always, when nobody ever had the namespace on the cluster; else now. */
  readonly startedAt?: string | undefined;
};

/** The project that has the namespace $2 of cluster $1 now. */
const FIND_PROJECT = `
select ${PROJECT_COLUMNS} from hopsmeter.projects
where hopsworks_cluster_id = $1::uuid and namespace = $2 and ended_at is null
`;

/**
 * Gives the namespace $2 of cluster $1 to $3, from $4 on. Without $4: from always when nobody ever had it, because usage
 * that was reported before has nobody else to go to; else from $5, the moment of the change, and not before the last
 * period's end. Two at a time break an exclusion constraint. Locks: the directory.
 */
const CREATE_PROJECT = `
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
select
  $1::uuid, $2, $3,
  case
    when $4::timestamptz is not null then $4::timestamptz
    when count(*) = 0 then '-infinity'
    else greatest($5::timestamptz, max(ended_at))
  end
from hopsmeter.projects where hopsworks_cluster_id = $1::uuid and namespace = $2
returning ${PROJECT_COLUMNS}
`;

/**
 * Creates a project. Asked again for the same user it returns the project that is there. Usage of the namespace is
 * counted while its user is on the cluster; whether they are is not checked here.
 *
 * @throws RequestError UNKNOWN_REFERENCE, NAMESPACE_TAKEN, MOMENT_IN_FUTURE
 */
export function createProject(pool: Pool, change: Change, wanted: NewProject): Promise<Created<ProjectRow>> {
  const { clusterId, namespace, userId } = wanted;
  return changeDirectory(pool, change, async (transaction) => {
    const { now, rowsOf } = transaction;
    const startedAt = wanted.startedAt === undefined ? undefined : pastMomentOf(wanted.startedAt, now);
    await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE');
    await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
    const [known] = await rowsOf<ProjectRow>(FIND_PROJECT, [clusterId, namespace]);
    if (known?.userId === userId && (startedAt ?? known.startedAt) === known.startedAt)
      return { isCreated: false, value: known };
    if (known !== undefined) throw new RequestError('NAMESPACE_TAKEN', `it is the project ${known.id}`);
    const parameters = [clusterId, namespace, userId, startedAt ?? null, now];
    const [created] = await rowsOf<ProjectRow>(CREATE_PROJECT, parameters);
    if (created === undefined) throw new Error('the project was not inserted');
    await transaction.audit({
      action: 'create_project',
      entity: 'projects',
      entityId: created.id,
      after: created,
    });
    return { isCreated: true, value: created };
  });
}
