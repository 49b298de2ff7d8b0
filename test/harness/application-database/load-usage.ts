import type { Pool } from '@hopsmeter/db';
import type { UsageRow } from './application-rows.ts';
import { insertRows } from './load-application.ts';

/** Rows of one statement: a few MB of JSON. */
const ROWS_PER_STATEMENT = 5_000;

/** Puts usage into the application's table, which has to be there, some days at a time. */
export async function loadUsage(pool: Pool, days: Iterable<readonly UsageRow[]>): Promise<void> {
  let rows: UsageRow[] = [];
  for (const day of days) {
    rows.push(...day);
    if (rows.length < ROWS_PER_STATEMENT) continue;
    await insertRows(pool, 'usage_daily', rows);
    rows = [];
  }
  await insertRows(pool, 'usage_daily', rows);
}
