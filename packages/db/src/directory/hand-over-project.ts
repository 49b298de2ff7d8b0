import { RequestError } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';
import { type Change, changeDirectory } from './change-directory.ts';
import { momentOf, type Since } from './moment.ts';
import { type MoveReport, moveUsageOfProject } from './move-usage.ts';
import { PROJECT_COLUMNS, type ProjectRow, readProject } from './read-project.ts';
import { readUser } from './read-user.ts';

export type HandOver = Since & {
  readonly projectId: string;
  readonly userId: string;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

export type HandedOver = MoveReport & {
  /** The new user's project: the same namespace, a period and an id of its own. */
  readonly project: ProjectRow;
};

/** Whether $1 has been on cluster $2 from $3 on without a break. */
const IS_ON_CLUSTER_SINCE = `
select from hopsmeter.user_hopsworks_assignments
where user_id = $1 and hopsworks_cluster_id = $2::uuid and started_at <= $3::timestamptz and ended_at is null
`;

/** Ends the open project $1 at $2, and never before it began. */
const END_PROJECT = `
update hopsmeter.projects set ended_at = greatest($2::timestamptz, started_at + interval '1 microsecond')
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/** Gives the namespace of project $1 to $2 from the project's end on. */
const BEGIN_SUCCESSOR = `
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
select hopsworks_cluster_id, namespace, $2, ended_at from hopsmeter.projects where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/**
 * Hands a project over to another user: the old period ends and the successor's begins at the same instant. Usage whose
 * window began since then moves along, as with `changeOwner`: with `from` in the past, and without it for usage that
 * is ahead of our clock. Asked again it changes nothing.
 *
 * @throws RequestError NOT_FOUND, UNKNOWN_REFERENCE, PROJECT_ENDED, USER_NOT_ON_CLUSTER when the new user was not on the
 * cluster all the time since, MOMENT_IN_FUTURE, MOMENT_TOO_OLD also before the project's begin, REASON_REQUIRED
 */
export function handOverProject(pool: Pool, change: Change, wanted: HandOver): Promise<HandedOver> {
  return changeDirectory(
    pool,
    change,
    async (transaction) => {
      const { rowsOf } = transaction;
      const { projectId, userId, reason } = wanted;
      const from = momentOf(wanted, transaction.now);
      const before = await readProject(transaction, projectId);
      await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
      if (before.endedAt !== null) throw new RequestError('PROJECT_ENDED', `it ended at ${before.endedAt}`);
      if (before.userId === userId) return { project: before, eventCount: 0, moved: [] };
      if (wanted.from !== undefined && before.startedAt !== null && from <= before.startedAt)
        throw new RequestError('MOMENT_TOO_OLD', `the project began at ${before.startedAt}`);
      if ((await rowsOf(IS_ON_CLUSTER_SINCE, [userId, before.clusterId, from])).length === 0)
        throw new RequestError('USER_NOT_ON_CLUSTER', `${userId} has not been on the cluster since ${from}`);
      const [ended] = await rowsOf<ProjectRow>(END_PROJECT, [projectId, from]);
      const [project] = await rowsOf<ProjectRow>(BEGIN_SUCCESSOR, [projectId, userId]);
      if (ended?.endedAt == null || project === undefined) throw new Error('the project was not handed over');
      const successorId = project.id;
      const report = await moveUsageOfProject(transaction, { projectId, successorId, userId, from: ended.endedAt });
      const entry = { action: 'hand_over_project', entity: 'projects', entityId: projectId };
      await transaction.audit({ ...entry, before, after: { ended, project, ...report }, reason });
      return { project, ...report };
    },
    wanted.isDryRun,
  );
}
