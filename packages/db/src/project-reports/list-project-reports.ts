import type { Pool } from '../connection/pool.ts';
import { IS_RESTED, inTurns } from '../parked/in-turns.ts';

/**
 * Reports of projects to be tried: those that nobody has settled yet, those that a change of the directory may have
 * helped, and those that a person asked for. Clusters take turns, and what failed waits for its time.
 *
 * Parameters: $1 most rows. Reads an index that holds nothing else.
 */
const LIST_PROJECT_REPORTS = inTurns({
  listed: `status = 'pending' and deferred = 'project'`,
  isReady: `case
    when due_at is not null then due_at <= now()
    else ${IS_RESTED}
      and (reason = 'project' or tried_version < (select version from hopsmeter.directory_versions))
  end`,
  order: 'parked_at, id',
  limit: '$1',
});

/** Lists with {@link LIST_PROJECT_REPORTS}. @returns ids of parked events. */
export async function listProjectReports(pool: Pool, limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(LIST_PROJECT_REPORTS, [limit]);
  return rows.map(({ id }) => id);
}
