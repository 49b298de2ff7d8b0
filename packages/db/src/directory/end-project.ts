import { RequestError } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';
import { type Change, changeDirectory } from './change-directory.ts';
import { pastMomentOf } from './moment.ts';
import { PROJECT_COLUMNS, type ProjectRow, readProject } from './read-project.ts';

export type ProjectEnd = {
  readonly projectId: string;
  /** RFC 3339, not after now. Not given: now, or just after the last usage that was counted when that is later. */
  readonly at?: string | undefined;
  readonly reason?: string | undefined;
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
)
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/**
 * Ends a project: its namespace is free from then on. Usage of the time before is billed to its user whenever it arrives.
 * Asked again it returns the project as it is.
 *
 * @throws RequestError NOT_FOUND, PROJECT_ENDED at another moment, MOMENT_IN_FUTURE, MOMENT_TOO_OLD before its begin,
 * USAGE_COUNTED_LATER when that usage would have nobody to be billed to: hand the project over instead.
 */
export function endProject(pool: Pool, change: Change, { projectId, at, reason }: ProjectEnd): Promise<ProjectRow> {
  return changeDirectory(pool, change, async (transaction) => {
    const { now, rowsOf } = transaction;
    const before = await readProject(transaction, projectId);
    const end = at === undefined ? undefined : pastMomentOf(at, now);
    if (before.endedAt !== null) {
      if (end === undefined || end === before.endedAt) return before;
      throw new RequestError('PROJECT_ENDED', `it ended at ${before.endedAt}`);
    }
    if (end !== undefined && before.startedAt !== null && end <= before.startedAt)
      throw new RequestError('MOMENT_TOO_OLD', `the project began at ${before.startedAt}`);
    const [later] = await rowsOf<{ lastAt: string | null }>(FIND_LATER_USAGE, [projectId, end ?? now]);
    const lastAt = later?.lastAt ?? null;
    if (end !== undefined && lastAt !== null)
      throw new RequestError('USAGE_COUNTED_LATER', `the last of it: ${lastAt}`);
    const [ended] = await rowsOf<ProjectRow>(END_PROJECT, [projectId, end ?? now, lastAt]);
    if (ended === undefined) throw new Error('the project was not changed');
    await transaction.audit({
      action: 'end_project',
      entity: 'projects',
      entityId: projectId,
      before,
      after: ended,
      reason,
    });
    return ended;
  });
}
