import type { FollowedProblem, FollowedTable } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';

/** Problems before the place $1 and $2, the newest first, at most $3. */
const LIST_PROBLEMS = `
select
  id, application_table as "table", key, problem_kind as kind, problem as reason,
  ${instantText('problem_since')} as since
from hopsmeter.followed_rows
where problem is not null
  and ($1::timestamptz is null or (problem_since, id) < ($1::timestamptz, $2::uuid))
order by problem_since desc, followed_rows.id desc
limit $3
`;

/** A row of the application that is not here as it is there, and why. */
export type FollowedProblemRow = FollowedProblem & {
  readonly id: string;
  readonly table: FollowedTable;
  /** A user's or cluster's id, `<user id>/<project id>` for a project. */
  readonly key: string;
  /** Since when it is so. */
  readonly since: string;
};

export async function listFollowedProblems(
  pool: Pool,
  page: { readonly after?: { readonly since: string; readonly id: string } | undefined; readonly limit: number },
): Promise<readonly FollowedProblemRow[]> {
  const { after, limit } = page;
  return (await pool.query<FollowedProblemRow>(LIST_PROBLEMS, [after?.since ?? null, after?.id ?? null, limit])).rows;
}
