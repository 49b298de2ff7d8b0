import { type ImportScope, userDayKey } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';

/** Days that were imported, with what their rows said. Parameters: $1 first day, $2 last day. */
const READ_IMPORTED = `
select user_id as "userId", usage_date::text as date, content_hash::text as "contentHash"
from hopsmeter.imported_days where usage_date between $1::date and $2::date
`;

/** Users and days of which metered usage costs something. Parameters: $1 first day, $2 last day. */
const READ_BILLED = `
select user_id as "userId", usage_date::text as date
from hopsmeter.usage_daily
where usage_date between $1::date and $2::date and not starts_with(meter, 'imported_')
group by user_id, usage_date
having sum(cost) <> 0
`;

type Day = { readonly userId: string; readonly date: string };

/** What hopsmeter has of some days, from the first to the last. */
export async function readDaysHere(
  pool: Pool,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Pick<ImportScope, 'imported' | 'billed'>> {
  const imported = await pool.query<Day & { contentHash: string }>(READ_IMPORTED, [from, to]);
  const billed = await pool.query<Day>(READ_BILLED, [from, to]);
  const keyOf = ({ userId, date }: Day): string => userDayKey(userId, date);
  return {
    imported: new Map(imported.rows.map((row) => [keyOf(row), BigInt(row.contentHash)])),
    billed: new Set(billed.rows.map(keyOf)),
  };
}
