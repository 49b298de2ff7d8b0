import { monthOf, parseUsageDay } from '@hopsmeter/usage';
import type { Pool } from '../pool.ts';

/** A statement without lines: what closes a month as far as booking is concerned. */
const CLOSE_MONTH = `
insert into statements
  (number, account_owner_id, month, total_exact, total, amount_due, credit_usd, closed_by)
select (select coalesce(max(number), 0) + 1 from statements), $1, $2::date, total, round(total, 2), round(total, 2), 0.35, 'test'
from (
  select coalesce(sum(cost), 0) as total from usage_daily
  where account_owner_id = $1 and booked_on >= $2::date and booked_on < $2::date + interval '1 month'
) as month
`;

/** Closes the month of a day for an account, for tests of what happens afterwards. */
export async function closeMonth(pool: Pool, accountOwnerId: string, day: string): Promise<void> {
  const usageDay = parseUsageDay(day);
  if (usageDay === undefined) throw new RangeError(`${day} is no day`);
  const month = new Date(monthOf(usageDay) * 86_400_000).toISOString().slice(0, 10);
  await pool.query(CLOSE_MONTH, [accountOwnerId, month]);
}

/** The rows of `usage_daily` and `usage_events` of closed months, as text: equal before and after whatever happens. */
export async function readClosedRows(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(`
    select daily::text as row from usage_daily as daily
    where booked_on < open_since(account_owner_id)
    union all
    select event::text from usage_events as event
    where coalesce(booked_on, usage_date) < open_since(account_owner_id)
    order by 1`);
  return rows.map(({ row }) => row);
}
