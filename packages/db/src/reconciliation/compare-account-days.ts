import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';

/**
 * The part of a statement that compares both summaries of accounts and days with the rollup, for what is booked on the
 * day $1: its last relation is `summary_differences`, one row for each row of a summary that is not the exact sum of
 * the rollup's, with what it should be. Its meter is NULL where it is one of `account_day_costs`.
 *
 * One statement, one snapshot: who writes the rollup writes the summary in the same transaction.
 */
export const COMPARED_ACCOUNT_DAYS = `
summed as materialized (
  select
    account_owner_id, meter, sum(quantity) as quantity, sum(cost) as cost, sum(event_count) as event_count,
    count(*) as row_count
  from hopsmeter.usage_daily where booked_on = $1::date
  group by account_owner_id, meter
),
cost_differences as (
  select
    account_owner_id, coalesce(summed_costs.cost, 0) as cost, coalesce(summed_costs.row_count, 0) as row_count,
    abs(coalesce(summed_costs.cost, 0) - coalesce(days.cost, 0)) as cost_difference
  from (
    select account_owner_id, sum(cost) as cost, sum(row_count) as row_count from summed group by account_owner_id
  ) as summed_costs
  full join (select * from hopsmeter.account_day_costs where booked_on = $1::date) as days using (account_owner_id)
  where (coalesce(summed_costs.cost, 0), coalesce(summed_costs.row_count, 0))
    is distinct from (coalesce(days.cost, 0), coalesce(days.row_count, 0))
),
summary_differences as materialized (
  select account_owner_id, null::text as meter, 0 as quantity, cost, 0 as event_count, row_count, cost_difference
  from cost_differences
  union all
  select
    account_owner_id, meter, coalesce(summed.quantity, 0) as quantity, coalesce(summed.cost, 0) as cost,
    coalesce(summed.event_count, 0) as event_count, coalesce(summed.row_count, 0) as row_count,
    abs(coalesce(summed.cost, 0) - coalesce(days.cost, 0)) as cost_difference
  from summed
  full join (select * from hopsmeter.account_days where booked_on = $1::date) as days using (account_owner_id, meter)
  where (
    coalesce(summed.quantity, 0), coalesce(summed.cost, 0), coalesce(summed.event_count, 0),
    coalesce(summed.row_count, 0)
  ) is distinct from (
    coalesce(days.quantity, 0), coalesce(days.cost, 0), coalesce(days.event_count, 0), coalesce(days.row_count, 0)
  )
)
`;

/**
 * Makes the summaries of what is booked on the day $1 the sum of the rollup again. Rows that are right are not written.
 *
 * Locks: the directory must be held, so that nobody writes the rollup meanwhile; rows of the summaries in key order.
 */
const REPAIR_ACCOUNT_DAYS = `
with ${COMPARED_ACCOUNT_DAYS},
repaired_costs as (
  insert into hopsmeter.account_day_costs (booked_on, account_owner_id, cost, row_count)
  select $1::date, account_owner_id, cost, row_count
  from summary_differences where meter is null
  order by account_owner_id
  on conflict (booked_on, account_owner_id) do update set cost = excluded.cost, row_count = excluded.row_count
),
repaired as (
  insert into hopsmeter.account_days (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
  select $1::date, account_owner_id, meter, quantity, cost, event_count, row_count
  from summary_differences where meter is not null
  order by account_owner_id, meter
  on conflict (booked_on, account_owner_id, meter) do update set
    quantity = excluded.quantity,
    cost = excluded.cost,
    event_count = excluded.event_count,
    row_count = excluded.row_count
)
select account_owner_id from summary_differences
`;

/** Repairs with {@link REPAIR_ACCOUNT_DAYS}. @returns how many rows were wrong. */
export async function repairAccountDays({ rowsOf }: AuditedTransaction, day: string): Promise<number> {
  return (await rowsOf(REPAIR_ACCOUNT_DAYS, [day])).length;
}
