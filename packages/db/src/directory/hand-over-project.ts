import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { endsAfter } from '../sql/period.ts';
import type { ProjectChanged } from './change-project.ts';
import { momentOf, type Since } from './moment.ts';
import { moveUsageOfNamespace } from './namespace-usage.ts';
import { PROJECT_COLUMNS, type ProjectRow, readProject } from './read-project.ts';
import { readUser } from './read-user.ts';

export type HandOver = Since & {
  readonly projectId: string;
  readonly userId: string;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

/** Whether $1 is on cluster $2 at some time from $3 to $4. */
const IS_ON_CLUSTER = `
select from hopsmeter.user_hopsworks_assignments
where user_id = $1 and hopsworks_cluster_id = $2::uuid
  and ${endsAfter('user_hopsworks_assignments', '$3::timestamptz')}
  and ($4::timestamptz is null or started_at < $4::timestamptz)
`;

/** Ends the project $1 at $2, and never before it began. */
const END_PROJECT = `
update hopsmeter.projects
set ended_at = greatest($2::timestamptz, started_at + interval '1 microsecond'), is_reported = false
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/** Gives the namespace of project $1 to $2 from the project's end on, to $3. */
const BEGIN_SUCCESSOR = `
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
select hopsworks_cluster_id, namespace, $2, ended_at, $3::timestamptz from hopsmeter.projects where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/**
 * Hands a project over to another user: the old period ends and the successor's begins at the same instant, with an id
 * of its own, and lasts as long as the old one did. Counted usage whose window the successor has the longest part of
 * moves along, in the same transaction: with `from` in the past, and without it for usage that is ahead of our clock.
 * Asked again it changes nothing.
 *
 * @throws RequestError NOT_FOUND, UNKNOWN_REFERENCE, PROJECT_ENDED before that moment, USER_NOT_ON_CLUSTER when the new
 * user was not on the cluster at any time since, or not when usage that would be theirs took place, MOMENT_IN_FUTURE,
 * MOMENT_TOO_OLD also before the project's begin, REASON_REQUIRED
 */
export function handOverProject(pool: Pool, change: Change, wanted: HandOver): Promise<ProjectChanged> {
  return inAuditedTransaction(pool, change, (transaction) => giveProject(transaction, wanted), wanted.isDryRun);
}

/** {@link handOverProject} within a change. */
export async function giveProject(
  transaction: AuditedTransaction,
  wanted: Omit<HandOver, 'isDryRun'>,
): Promise<ProjectChanged> {
  const { rowsOf } = transaction;
  const { projectId, userId, reason } = wanted;
  const from = momentOf(wanted, transaction.now);
  const before = await readProject(transaction, projectId);
  const { clusterId, namespace, startedAt, endedAt } = before;
  await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
  if (endedAt !== null && endedAt <= from) throw new RequestError('PROJECT_ENDED', `it ended at ${endedAt}`);
  if (before.userId === userId) return { project: before, eventCount: 0, moved: [] };
  if (wanted.from !== undefined && startedAt !== null && from <= startedAt)
    throw new RequestError('MOMENT_TOO_OLD', `the project began at ${startedAt}`);
  if ((await rowsOf(IS_ON_CLUSTER, [userId, clusterId, from, endedAt])).length === 0)
    throw new RequestError('USER_NOT_ON_CLUSTER', `${userId} has not been on the cluster since ${from}`);
  const [ended] = await rowsOf<ProjectRow>(END_PROJECT, [projectId, from]);
  const [project] = await rowsOf<ProjectRow>(BEGIN_SUCCESSOR, [projectId, userId, endedAt]);
  if (ended?.endedAt == null || project === undefined) throw new Error('the project was not handed over');
  const time = { from: ended.endedAt, until: endedAt };
  const report = await moveUsageOfNamespace(transaction, { clusterId, namespace, ...time });
  const entry = { action: 'hand_over_project', entity: 'projects', entityId: projectId };
  await transaction.audit({ ...entry, before, after: { ended, project, ...report }, reason });
  return { project, ...report };
}
