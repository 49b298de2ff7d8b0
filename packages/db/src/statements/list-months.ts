import type { Pool } from '../connection/pool.ts';

/** As many as one looks back at; the ledger goes back 400 days. */
const MONTHS_MAX = 36;

/**
 * The months in which something is booked or closed, the newest first, with how far closing them is. An account's
 * month is closed when it or a later one has a statement. Its total is the statement's or, without one, what is booked
 * at list prices, rounded to cents.
 *
 * Parameters: $1 number of months. No locks; reads a row for each day and account.
 */
const LIST_MONTHS = `
with booked as (
  select date_trunc('month', booked_on)::date as month, account_owner_id, sum(cost) as cost
  from hopsmeter.account_day_costs where row_count > 0
  group by 1, 2
),
last as (select account_owner_id, max(month) as closed from hopsmeter.statements group by account_owner_id)
select
  to_char(month, 'YYYY-MM') as month,
  (now() at time zone 'UTC')::date >= (month + interval '1 month')::date as "isEnded",
  count(*)::integer as "accountCount",
  (count(*) filter (where last.closed >= month))::integer as "closedCount",
  sum(coalesce(statements.total, round(booked.cost, 2)))::numeric(38, 2)::text as total
from booked
full join hopsmeter.statements using (month, account_owner_id)
left join last using (account_owner_id)
group by month
order by month desc
limit $1::integer
`;

/** A month and how far closing it is; `total` in cents as `12.34`. */
export type MonthRow = {
  readonly month: string;
  /** Whether it can be closed. */
  readonly isEnded: boolean;
  readonly accountCount: number;
  readonly closedCount: number;
  readonly total: string;
};

/** Lists with {@link LIST_MONTHS}. */
export async function listMonths(pool: Pool): Promise<readonly MonthRow[]> {
  return (await pool.query<MonthRow>(LIST_MONTHS, [MONTHS_MAX])).rows;
}
