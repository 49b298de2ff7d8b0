import { formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { monthText } from '../sql/day.ts';
import { roundedQuantity } from '../sql/list-cost.ts';

/** Differences that are told at most: one is already too many, and a thousand more say nothing new. */
const DIFFERENCES_MAX = 1_000;

/**
 * Compares final statements with themselves and with the rollup.
 *
 * Guarantees, where it answers nothing, for every final statement
 * - its lines add up: amounts to the total, exact amounts to the exact total, each less than a cent from its exact
 *   amount;
 * - its lines have the positions from 1 on;
 * - what `usage_daily` books in its month still gives its lines of usage, late usage and re-rating, to the last digit,
 *   and no others;
 * - a line that adjusts names the statement of that account and usage month, where there is one;
 * and the numbers of all statements run from 1 without gaps.
 *
 * What a model effect should be follows from prices and not from rows; it is not compared here.
 *
 * Parameters: $1 most differences, $2 the only month to look at, or NULL. One snapshot; reads every row of the months:
 * 0.5 s for 150,000 rows of two months, so it is for checks and not for a request.
 */
const FIND_STATEMENT_DIFFERENCES = `
with looked_at as (
  select * from hopsmeter.statements where $2::date is null or month = $2::date
),
booked as (
  select
    statements.id as statement_id, statements.month, date_trunc('month', daily.usage_date)::date as usage_month,
    daily.meter, daily.user_id, ${roundedQuantity('sum(daily.quantity)')} as quantity,
    sum(daily.cost - daily.price_adjustment) as cost,
    sum(daily.price_adjustment) as price_adjustment
  from looked_at as statements
  join hopsmeter.usage_daily as daily on daily.account_owner_id = statements.account_owner_id
    and daily.booked_on >= statements.month and daily.booked_on < statements.month + interval '1 month'
  group by statements.id, statements.month, 3, daily.meter, daily.user_id
),
expected as (
  select
    statement_id, case usage_month when month then 'usage' else 'late_usage' end as kind, usage_month, meter, user_id,
    quantity, cost as amount_exact
  from booked where quantity <> 0 or cost <> 0
  union all
  select statement_id, 're_rating', usage_month, meter, user_id, 0, price_adjustment
  from booked where price_adjustment <> 0
),
billed as (
  select statement_id, kind, usage_month, meter, user_id, coalesce(quantity, 0) as quantity, amount_exact
  from hopsmeter.statement_lines where kind <> 'model_effect' and statement_id in (select id from looked_at)
),
sums as (
  select
    statement_id, count(*) as line_count, max(position) as last_position, min(position) as first_position,
    sum(amount_exact) as amount_exact, sum(amount) as amount, max(abs(amount - amount_exact)) as farthest
  from hopsmeter.statement_lines where statement_id in (select id from looked_at) group by statement_id
),
differences as (
  select id as statement_id, 'its lines do not add up to its exact total' as difference
  from looked_at left join sums on sums.statement_id = id where total_exact <> coalesce(sums.amount_exact, 0)
  union all
  select id, 'its lines do not add up to its total'
  from looked_at left join sums on sums.statement_id = id where total <> coalesce(sums.amount, 0)
  union all
  select statement_id, 'a line is a cent or more from its exact amount' from sums where farthest >= 0.01
  union all
  select statement_id, 'its positions have gaps' from sums where first_position <> 1 or last_position <> line_count
  union all
  select statement_id, format('billed, not booked: %s of %s, %s of %s: %s for %s', kind,
    ${monthText('usage_month')},
    meter, user_id, quantity, amount_exact)
  from (table billed except all table expected) as one_sided
  union all
  select statement_id, format('booked, not billed: %s of %s, %s of %s: %s for %s', kind,
    ${monthText('usage_month')},
    meter, user_id, quantity, amount_exact)
  from (table expected except all table billed) as one_sided
  union all
  select line.statement_id, format('line %s names another original', line.position)
  from hopsmeter.statement_lines as line
  join looked_at as statements on statements.id = line.statement_id
  left join hopsmeter.statements as original
    on original.account_owner_id = statements.account_owner_id and original.month = line.usage_month
    and original.month <> statements.month and original.number < statements.number
  where line.original_statement_id is distinct from original.id
)
select
  differences.difference, statements.number, statements.account_owner_id as "accountOwnerId",
  ${monthText('statements.month')} as month
from differences join hopsmeter.statements on statements.id = differences.statement_id
union all
select format('there are %s statements up to this number', count(*)), max(number), null, null
from hopsmeter.statements having count(*) <> coalesce(max(number), 0)
order by 2, 1
limit $1::integer
`;

/**
 * Something that a final statement says and that is not so. Account and month are null for what concerns all of them.
 */
export type StatementDifference = {
  readonly difference: string;
  readonly number: number;
  readonly accountOwnerId: string | null;
  readonly month: string | null;
};

/**
 * Compares with {@link FIND_STATEMENT_DIFFERENCES}. There must be none.
 *
 * @param month the only month whose statements are compared; all when undefined.
 */
export async function findStatementDifferences(
  pool: Pool,
  month?: UsageMonth,
): Promise<readonly StatementDifference[]> {
  const { rows } = await pool.query<StatementDifference>(FIND_STATEMENT_DIFFERENCES, [
    DIFFERENCES_MAX,
    month === undefined ? null : formatUsageDay(month),
  ]);
  return rows;
}
