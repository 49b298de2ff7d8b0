import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { endsAfter } from '../sql/period.ts';
import { pastMomentOf, requireReasonToMove } from './moment.ts';
import type { MoveReport } from './move-usage.ts';
import { moveUsageOfNamespace } from './namespace-usage.ts';
import { readCluster } from './read-cluster.ts';
import { PROJECT_COLUMNS, type ProjectRow } from './read-project.ts';
import { readUser } from './read-user.ts';

export type NewProject = {
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
  /** RFC 3339, not after now. Not given: always, when nobody ever had the namespace on the cluster; else now. */
  readonly startedAt?: string | undefined;
  /** RFC 3339, not after now: for a project that has ended already. */
  readonly endedAt?: string | undefined;
  /** Why; needed where counted usage moves. */
  readonly reason?: string | undefined;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

export type CreatedProject = Created<ProjectRow> & MoveReport;

/**
 * The period that a project gets: $3 or, without it, what {@link NewProject} says with the clock $5; and the end $4.
 */
const CHOOSE_PERIOD = `
select
  case
    when $3::timestamptz is not null then $3::timestamptz
    when count(*) = 0 then '-infinity'
    else greatest($5::timestamptz, max(ended_at))
  end as started_at,
  $4::timestamptz as ended_at
from hopsmeter.projects where hopsworks_cluster_id = $1::uuid and namespace = $2
`;

/** The first project that has the namespace $2 of cluster $1 in the period that a new one would get. */
const FIND_TAKEN = `
with period as (${CHOOSE_PERIOD})
select ${PROJECT_COLUMNS} from hopsmeter.projects, period
where hopsworks_cluster_id = $1::uuid and namespace = $2
  and ${endsAfter('projects', 'period.started_at')}
  and ${endsAfter('period', 'projects.started_at')}
order by projects.started_at
limit 1
`;

/** Gives the namespace $2 of cluster $1 to $6. Two at a time break an exclusion constraint. Locks: the directory. */
const CREATE_PROJECT = `
with period as (${CHOOSE_PERIOD})
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
select $1::uuid, $2, $6, started_at, ended_at from period
returning ${PROJECT_COLUMNS}
`;

/**
 * Creates a project in time that nobody has. Asked again for the same user it returns the project that is there. Usage
 * of the namespace is counted while its user is on the cluster; whether they are is not checked here.
 *
 * Counted usage whose window the new project has the longest part of moves to it.
 *
 * @throws RequestError UNKNOWN_REFERENCE, NAMESPACE_TAKEN, MOMENT_IN_FUTURE, MOMENT_TOO_OLD for an end before the
 * begin, REASON_REQUIRED and USER_NOT_ON_CLUSTER where counted usage moves
 */
export function createProject(pool: Pool, change: Change, wanted: NewProject): Promise<CreatedProject> {
  return inAuditedTransaction(pool, change, (transaction) => addProject(transaction, wanted), wanted.isDryRun);
}

/** {@link createProject} within a change. */
export async function addProject(transaction: AuditedTransaction, wanted: NewProject): Promise<CreatedProject> {
  const { clusterId, namespace, userId, reason } = wanted;
  const { now, rowsOf } = transaction;
  const startedAt = wanted.startedAt === undefined ? undefined : pastMomentOf(wanted.startedAt, now);
  const endedAt = wanted.endedAt === undefined ? undefined : pastMomentOf(wanted.endedAt, now);
  if (endedAt !== undefined && startedAt === undefined)
    throw new RequestError('INVALID_REQUEST', 'endedAt needs startedAt');
  if (endedAt !== undefined && startedAt !== undefined && endedAt <= startedAt)
    throw new RequestError('MOMENT_TOO_OLD', `the project would begin at ${startedAt}`);
  await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE');
  await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
  const period = [clusterId, namespace, startedAt ?? null, endedAt ?? null, now];
  const [taken] = await rowsOf<ProjectRow>(FIND_TAKEN, period);
  if (taken !== undefined) return { ...sameProject(taken, { userId, startedAt, endedAt }), ...NOTHING_MOVED };
  const created = await insertProject(transaction, [...period, userId]);
  const report = await moveUsageOfNamespace(transaction, {
    clusterId,
    namespace,
    from: created.startedAt,
    until: created.endedAt,
  });
  if (startedAt !== undefined) requireReasonToMove(report, reason);
  await transaction.audit({
    action: 'create_project',
    entity: 'projects',
    entityId: created.id,
    after: { ...created, ...report },
    reason,
  });
  return { isCreated: true, value: created, ...report };
}

const NOTHING_MOVED: MoveReport = { eventCount: 0, moved: [] };

async function insertProject({ rowsOf }: AuditedTransaction, parameters: readonly unknown[]): Promise<ProjectRow> {
  const [created] = await rowsOf<ProjectRow>(CREATE_PROJECT, parameters);
  if (created === undefined) throw new Error('the project was not inserted');
  return created;
}

/** The project that is there, when it is the one that is asked for. @throws RequestError NAMESPACE_TAKEN */
function sameProject(
  known: ProjectRow,
  wanted: { userId: string; startedAt: string | undefined; endedAt: string | undefined },
): Created<ProjectRow> {
  const isSame =
    known.userId === wanted.userId &&
    (wanted.startedAt ?? known.startedAt) === known.startedAt &&
    (wanted.endedAt ?? known.endedAt) === known.endedAt;
  if (isSame) return { isCreated: false, value: known };
  const since = known.startedAt === null ? '' : ` since ${known.startedAt}`;
  throw new RequestError('NAMESPACE_TAKEN', `it is the project ${known.id}${since}`);
}
