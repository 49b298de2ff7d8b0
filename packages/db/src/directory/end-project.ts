import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { moveProjectPeriod, type ProjectChanged } from './change-project.ts';
import { pastMomentOf, requireReasonToMove } from './moment.ts';
import { moveUsageOfNamespace } from './namespace-usage.ts';
import { PROJECT_COLUMNS, type ProjectRow, readProject } from './read-project.ts';

export type ProjectEnd = {
  readonly projectId: string;
  /** RFC 3339, not after now. Not given: now, or just after the last usage that was counted when that is later. */
  readonly at?: string | undefined;
  /** Why; needed where counted usage moves, and to change an end that was said before. */
  readonly reason?: string | undefined;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

/** When the last usage of project $1 began that was counted at $2 or later; NULL when none was. */
const FIND_LATER_USAGE = `
select max(window_started_at)::text as "lastAt" from hopsmeter.usage_events
where project_id = $1::uuid and window_started_at >= $2::timestamptz
  and usage_date >= ($2::timestamptz at time zone 'UTC')::date
`;

/** Ends project $1 at $2, or just after $3 when that is given, and never before it began. Locks: the directory. */
const END_PROJECT = `
update hopsmeter.projects set ended_at = greatest(
  $2::timestamptz, $3::timestamptz + interval '1 microsecond', started_at + interval '1 microsecond'
), is_reported = false
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/**
 * Ends a project: its namespace is free from then on. Usage of the time before is billed to its user whenever it
 * arrives. Counted usage whose window it has no longer the longest part of moves to who has. Asked again it returns the
 * project as it is; with another moment and a reason it changes the end.
 *
 * @throws RequestError NOT_FOUND, PROJECT_ENDED at another moment and no reason to change that, MOMENT_IN_FUTURE,
 * MOMENT_TOO_OLD before its begin, REASON_REQUIRED and USER_NOT_ON_CLUSTER where counted usage moves, NAMESPACE_TAKEN
 * as `changeProject`, USAGE_COUNTED_LATER when that usage would have nobody to be billed to: hand the project over
 * instead.
 */
export function endProject(pool: Pool, change: Change, wanted: ProjectEnd): Promise<ProjectChanged> {
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const { projectId, at, reason } = wanted;
      const before = await readProject(transaction, projectId);
      const end = at === undefined ? undefined : pastMomentOf(at, transaction.now);
      if (before.endedAt !== null && (end === undefined || end === before.endedAt))
        return { project: before, eventCount: 0, moved: [] };
      if (before.endedAt !== null && reason === undefined)
        throw new RequestError('PROJECT_ENDED', `it ended at ${before.endedAt}; a reason is needed to change that`);
      if (end === undefined) return endNow(transaction, before, reason);
      if (before.endedAt === null && before.startedAt !== null && end <= before.startedAt)
        throw new RequestError('MOMENT_TOO_OLD', `the project began at ${before.startedAt}`);
      const period = { startedAt: before.startedAt, endedAt: end };
      const ended = await moveProjectPeriod(transaction, before, period, { action: 'end_project', reason });
      requireReasonToMove(ended, reason);
      return ended;
    },
    wanted.isDryRun,
  );
}

async function endNow(
  transaction: AuditedTransaction,
  before: ProjectRow,
  reason: string | undefined,
): Promise<ProjectChanged> {
  const { now, rowsOf } = transaction;
  const [later] = await rowsOf<{ lastAt: string | null }>(FIND_LATER_USAGE, [before.id, now]);
  const [project] = await rowsOf<ProjectRow>(END_PROJECT, [before.id, now, later?.lastAt ?? null]);
  if (project === undefined) throw new Error('the project was not changed');
  const { clusterId, namespace, endedAt } = project;
  const report = await moveUsageOfNamespace(transaction, { clusterId, namespace, from: endedAt, until: null });
  const entry = { action: 'end_project', entity: 'projects', entityId: before.id };
  await transaction.audit({ ...entry, before, after: { ...project, ...report }, reason });
  return { project, ...report };
}
