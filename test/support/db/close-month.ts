import type { Pool } from '@hopsmeter/db';
import { roundedQuantity } from '@hopsmeter/db/list-cost';
import { monthOf, parseUsageDay } from '@hopsmeter/usage';

/** What closes a month as far as booking and lines of usage are concerned: one line for each row of the month. */
const CLOSE_MONTH = `
with booked as (
  select * from hopsmeter.usage_daily
  where account_owner_id = $1 and booked_on >= $2::date and booked_on < $2::date + interval '1 month'
),
closed as (
  insert into hopsmeter.statements
    (number, account_owner_id, month, total_exact, total, amount_due, credit_usd, closed_by)
  select (select coalesce(max(number), 0) + 1 from hopsmeter.statements), $1, $2::date, total, round(total, 2),
    round(total, 2), 0.35, 'test'
  from (select coalesce(sum(cost), 0) as total from booked) as month
  returning id
)
insert into hopsmeter.statement_lines (statement_id, position, kind, usage_month, meter, user_id, quantity,
  amount_exact, amount)
select
  closed.id, row_number() over (order by booked.id), case when usage_date < $2::date then 'late_usage' else 'usage' end,
  date_trunc('month', usage_date), meter, user_id, ${roundedQuantity('quantity')}, cost, round(cost, 2)
from closed, booked
`;

/** Closes the month of a day for an account, for tests of what happens afterwards. */
export async function closeMonth(pool: Pool, accountOwnerId: string, day: string): Promise<void> {
  const usageDay = parseUsageDay(day);
  if (usageDay === undefined) throw new RangeError(`${day} is no day`);
  const month = new Date(monthOf(usageDay) * 86_400_000).toISOString().slice(0, 10);
  await pool.query(CLOSE_MONTH, [accountOwnerId, month]);
}

/** The rows of closed months, and of what was billed of them, as text: equal before and after whatever happens. */
export async function readClosedRows(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(`
    select daily::text as row from hopsmeter.usage_daily as daily
    where booked_on < hopsmeter.open_since(account_owner_id)
    union all
    select event::text from hopsmeter.usage_events as event
    where coalesce(booked_on, usage_date) < hopsmeter.open_since(account_owner_id)
    union all select statement::text from hopsmeter.statements as statement
    union all select line::text from hopsmeter.statement_lines as line
    union all select draw::text from hopsmeter.grant_draws as draw
    order by 1`);
  return rows.map(({ row }) => row);
}
