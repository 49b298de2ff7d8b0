import { type ApplicationDirectory, planFollowing } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';

import { isRemembered } from './is-remembered.ts';
import { readFollowingDirectory } from './read-followed.ts';
import { rememberRows } from './remember-rows.ts';

/**
 * Remembers on what both systems agree, so that following knows later what has changed since. Rows in which something
 * is to be changed, or is a problem, are left as they are remembered.
 */
export async function rememberApplication(pool: Pool, application: ApplicationDirectory): Promise<void> {
  const { ours, followed, now } = await readFollowingDirectory(pool);
  // A row without a key says nothing that could be followed.
  const assignments = application.assignments.filter(({ userId }) => userId !== null);
  const projects = application.projects.filter(({ userId, projectId }) => userId !== null && projectId !== null);
  const plans = planFollowing({ application: { ...application, assignments, projects }, ours, followed, now });
  const settled = plans.filter(
    (plan) => plan.changes.length === 0 && plan.problem === null && !isRemembered(plan, followed),
  );
  await inTransaction(pool, (query) => rememberRows(query, settled));
}
