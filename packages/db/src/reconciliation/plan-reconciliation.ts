import { LEDGER_RETENTION_DAYS } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { takeTurn } from './take-turn.ts';

/** Hours between two scheduled comparisons. */
const EVERY_HOURS = 1;

/**
 * Days that a scheduled comparison takes although nothing touched them, the longest unchecked first: with 24
 * comparisons a day, all that the ledger holds within 17 hours.
 */
const OLDEST_DAYS = 24;

/**
 * Plans the comparison of this hour, unless it is there or the one before is not done: today and yesterday, every day
 * whose rollup was written since it was checked, and the longest unchecked others. Only days of which the ledger still
 * holds everything.
 *
 * Rows written in the ten minutes before a check count as unchecked: `updated_at` is the beginning of their
 * transaction, and no transaction of ours is open for longer.
 *
 * It reads the whole rollup once an hour, in parallel: 0.3 s for 1,000,000 rows on 2 cores. An index on `updated_at`
 * would be written with every batch and take away the in-place updates that make recording cheap.
 *
 * Parameters: $1 days that the ledger reaches back, $2 oldest days to add. The caller holds the turn.
 */
const PLAN_RECONCILIATION = `
with today as (select (now() at time zone 'UTC')::date as today),
candidates as (
  select generate_series(today - $1::integer, today + 1, interval '1 day')::date as day, today from today
),
touched as (
  select usage_date as day, max(updated_at) as touched_at from hopsmeter.usage_daily
  where usage_date >= (select today - $1::integer from today)
  group by usage_date
),
ranked as (
  select
    day,
    day >= today - 1
      or coalesce(touched_at > coalesce(checked_at, '-infinity') - interval '10 minutes', false) as is_wanted,
    coalesce(checked_at, '-infinity') as checked_at
  from candidates left join touched using (day) left join hopsmeter.reconciled_days using (day)
),
chosen as (
  select day from ranked where is_wanted
  union
  (select day from ranked where not is_wanted order by checked_at, day limit $2::integer)
)
insert into hopsmeter.reconciliations (kind, requested_by, days)
select 'scheduled', 'schedule', (select array_agg(day order by day) from chosen)
where not exists (
  select from hopsmeter.reconciliations
  where kind = 'scheduled'
    and (status <> 'done' or requested_at > now() - make_interval(hours => ${EVERY_HOURS}))
)
returning id
`;

/** Plans with {@link PLAN_RECONCILIATION}. @returns whether a comparison was planned by this call. */
export function planReconciliation(pool: Pool): Promise<boolean> {
  return inTransaction(pool, async (query) => {
    if (!(await takeTurn(query))) return false;
    return (await query.rowsOf(PLAN_RECONCILIATION, [LEDGER_RETENTION_DAYS, OLDEST_DAYS])).length === 1;
  });
}
