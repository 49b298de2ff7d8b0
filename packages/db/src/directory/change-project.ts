import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { endsAfter } from '../sql/period.ts';
import { momentOf } from './moment.ts';
import type { MoveReport } from './move-usage.ts';
import { moveUsageOfNamespace } from './namespace-usage.ts';
import { PROJECT_COLUMNS, type ProjectRow, readProject } from './read-project.ts';

export type ProjectChange = {
  readonly projectId: string;
  /** RFC 3339, not after now; null: always. Not given: as it is. */
  readonly startedAt?: string | null | undefined;
  /** RFC 3339, not after now; null: open. Not given: as it is. */
  readonly endedAt?: string | null | undefined;
  readonly reason: string;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

export type ProjectChanged = MoveReport & { readonly project: ProjectRow };

type ProjectPeriod = Pick<ProjectRow, 'startedAt' | 'endedAt'>;

/** The other projects of the namespace of $1 that overlap the time from $2 to $3. */
const FIND_OVERLAPPED = `
select ${PROJECT_COLUMNS}
from hopsmeter.projects join hopsmeter.projects as changed
  on changed.hopsworks_cluster_id = projects.hopsworks_cluster_id and changed.namespace = projects.namespace
where changed.id = $1::uuid and projects.id <> changed.id
  and ${endsAfter('projects', '$2::timestamptz')}
  and ($3::timestamptz is null or projects.started_at < $3::timestamptz)
order by projects.started_at
`;

/**
 * Makes $2 to $3 the period of project $1, because a person says so; NULL where it is open. Overlaps break an exclusion
 * constraint.
 */
const SET_PERIOD = `
update hopsmeter.projects
set started_at = coalesce($2::timestamptz, '-infinity'), ended_at = $3::timestamptz, is_reported = false
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/**
 * Changes when a project began or ended, in the past too. Its neighbours give way: a project that had the namespace in
 * the time that it gains ends, or begins, there. Counted usage moves to who has the longest part of its window now, in
 * the same transaction. Asked again it changes nothing.
 *
 * @throws RequestError NOT_FOUND, REASON_REQUIRED, MOMENT_IN_FUTURE, MOMENT_TOO_OLD, also for an end that is not after
 * the begin, NAMESPACE_TAKEN when another project would have nothing left, or be divided; USAGE_COUNTED_LATER when
 * counted usage would have nobody to be billed to, USER_NOT_ON_CLUSTER when it would be somebody's who was not on the
 * cluster.
 */
export function changeProject(pool: Pool, change: Change, wanted: ProjectChange): Promise<ProjectChanged> {
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const { projectId, reason } = wanted;
      const before = await readProject(transaction, projectId);
      const period = {
        startedAt: momentIn(transaction, wanted.startedAt, before.startedAt, reason),
        endedAt: momentIn(transaction, wanted.endedAt, before.endedAt, reason),
      };
      if (period.startedAt === before.startedAt && period.endedAt === before.endedAt)
        return { project: before, eventCount: 0, moved: [] };
      return moveProjectPeriod(transaction, before, period, { action: 'change_project', reason });
    },
    wanted.isDryRun,
  );
}

function momentIn(
  { now }: AuditedTransaction,
  wanted: string | null | undefined,
  current: string | null,
  reason: string,
): string | null {
  if (wanted === undefined) return current;
  return wanted === null ? null : momentOf({ from: wanted, reason }, now);
}

/** {@link changeProject} within a change; moments as the database writes them. */
export async function moveProjectPeriod(
  transaction: AuditedTransaction,
  before: ProjectRow,
  period: ProjectPeriod,
  { action, reason }: { readonly action: string; readonly reason: string | undefined },
): Promise<ProjectChanged> {
  const { startedAt, endedAt } = period;
  if (endedAt !== null && startedAt !== null && endedAt <= startedAt)
    throw new RequestError('MOMENT_TOO_OLD', `the project would begin at ${startedAt}`);
  const overlapped = await transaction.rowsOf<ProjectRow>(FIND_OVERLAPPED, [
    before.id,
    startedAt ?? '-infinity',
    endedAt,
  ]);
  const neighbours: { before: ProjectRow; after: ProjectRow }[] = [];
  for (const neighbour of overlapped) {
    const after = await setPeriod(transaction, neighbour.id, makeWay(neighbour, period));
    neighbours.push({ before: neighbour, after });
  }
  const project = await setPeriod(transaction, before.id, period);
  const { clusterId, namespace } = before;
  const report = await moveUsageOfNamespace(transaction, { clusterId, namespace, ...changedTime(before, period) });
  const entry = { action, entity: 'projects', entityId: before.id, reason };
  await transaction.audit({ ...entry, before, after: { ...project, neighbours, ...report } });
  return { project, ...report };
}

async function setPeriod(
  { rowsOf }: AuditedTransaction,
  projectId: string,
  { startedAt, endedAt }: ProjectPeriod,
): Promise<ProjectRow> {
  const [project] = await rowsOf<ProjectRow>(SET_PERIOD, [projectId, startedAt, endedAt]);
  if (project === undefined) throw new Error('the project was not changed');
  return project;
}

/** What is left of a project when another one takes a period of it. Moments are compared as texts of one form. */
function makeWay(neighbour: ProjectRow, { startedAt, endedAt }: ProjectPeriod): ProjectPeriod {
  const isBefore = startedAt !== null && (neighbour.startedAt === null || neighbour.startedAt < startedAt);
  const isAfter = endedAt !== null && (neighbour.endedAt === null || neighbour.endedAt > endedAt);
  if (isBefore && isAfter)
    throw new RequestError('NAMESPACE_TAKEN', `the project ${neighbour.id} would be divided: hand it over instead`);
  if (isBefore) return { startedAt: neighbour.startedAt, endedAt: startedAt };
  if (isAfter) return { startedAt: endedAt, endedAt: neighbour.endedAt };
  throw new RequestError('NAMESPACE_TAKEN', `the project ${neighbour.id} would have nothing left`);
}

/** The time in which the namespace has another project, or none, than before. */
function changedTime(before: ProjectPeriod, after: ProjectPeriod): { from: string | null; until: string | null } {
  const isBeginChanged = before.startedAt !== after.startedAt;
  const isEndChanged = before.endedAt !== after.endedAt;
  const from = isBeginChanged ? earlier(before.startedAt, after.startedAt) : earliestEnd(before.endedAt, after.endedAt);
  const until = isEndChanged ? later(before.endedAt, after.endedAt) : latestBegin(before.startedAt, after.startedAt);
  return { from, until };
}

/** Of two begins; null is before everything. */
function earlier(a: string | null, b: string | null): string | null {
  return a === null || b === null ? null : a < b ? a : b;
}

/** Of two ends; null is after everything. */
function later(a: string | null, b: string | null): string | null {
  return a === null || b === null ? null : a > b ? a : b;
}

function earliestEnd(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null ? a : earlier(a, b);
}

function latestBegin(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null ? a : later(a, b);
}
