import type { Pool } from '../connection/pool.ts';
import { keyParameters, USAGE_DAILY_ROWS, type UsageDailyKey, type UsageDailyRow } from './usage-daily-rows.ts';
import { filterParameters, type UsageFilter } from './usage-filter.ts';

export type UsageDailyQuery = UsageFilter & {
  /** The last row of the page before. */
  readonly after: UsageDailyKey | undefined;
  readonly limit: number;
};

/** Lists a page of rows of the rollup, in the order of their key, with {@link USAGE_DAILY_ROWS}. */
export async function listUsageDaily(pool: Pool, query: UsageDailyQuery): Promise<readonly UsageDailyRow[]> {
  const parameters = [...filterParameters(query), ...keyParameters(query.after), query.limit];
  return (await pool.query<UsageDailyRow>(USAGE_DAILY_ROWS, parameters)).rows;
}
