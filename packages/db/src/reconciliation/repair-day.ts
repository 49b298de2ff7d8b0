import type { QueryResultRow } from 'pg';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { COMPARED_DAY } from './compare-day.ts';
import { DIFFERENCE_COLUMNS, type DifferenceRow } from './read-reconciliation.ts';

/**
 * Makes the rollup of one usage day what the comparison expects of it, and tells every row that differed.
 *
 * Guarantees
 * - What differs is found anew, so a report that is stale repairs nothing wrong, and a second repair does nothing.
 * - Rows that are right are not written. Rows booked in closed months are not written, however they differ.
 * - An adjustment of closed months is not written while the rows of one of the account's closed months do not add up to
 *   its statement: it would bill or pay back what was done to these rows.
 * - A row that is repaired has the ledger's sums, the price in force and the adjustment that belongs to it; a row that
 *   nothing stands behind is gone. A row without a price in force keeps the price that it has; without either it is
 *   left.
 *
 * Parameters: $1 usage day, of which the ledger holds everything. Locks: the directory must be held, so that no batch
 * is recorded meanwhile; rollup rows in key order.
 */
const REPAIR_DAY = `
with ${COMPARED_DAY},
re_rated_accounts as materialized (
  select distinct account_owner_id from compared
  where is_different and not is_closed and expected_price_adjustment <> coalesce(price_adjustment, 0)
),
unsettled as materialized (
  select distinct account_owner_id from hopsmeter.statements join re_rated_accounts using (account_owner_id)
  where (
      select coalesce(sum(amount_exact), 0) from hopsmeter.statement_lines
      where statement_lines.statement_id = statements.id and kind <> 'model_effect'
    ) <> (
      select coalesce(sum(daily.cost), 0) from hopsmeter.usage_daily as daily
      where daily.account_owner_id = statements.account_owner_id
        and daily.booked_on >= statements.month and daily.booked_on < statements.month + interval '1 month'
    )
),
different as materialized (
  select compared.*, $1::date as usage_date,
    case
      when is_closed then 'closed'
      when expected_price_adjustment <> coalesce(price_adjustment, 0)
        and (account_owner_id in (select account_owner_id from unsettled)) is true then 'unsettled'
      when ledger_quantity is null and expected_price_adjustment = 0 then 'gone'
      when coalesce(expected_price, price) is null then 'unpriced'
      else 'written'
    end as outcome
  from compared where is_different
),
gone as (
  delete from hopsmeter.usage_daily using different
  where usage_daily.id = different.id and different.outcome = 'gone'
),
written as (
  insert into hopsmeter.usage_daily as daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
     price_override_id, price, price_quantity, price_adjustment, event_count, first_event_at, last_event_at)
  select
    usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter,
    coalesce(ledger_quantity, 0),
    case when expected_price is null then rate_id else expected_rate_id end,
    case when expected_price is null then price_override_id else expected_override_id end,
    coalesce(expected_price, price), coalesce(expected_price_quantity, price_quantity), expected_price_adjustment,
    coalesce(ledger_event_count, 0), first_event_at, last_event_at
  from different where outcome = 'written'
  order by account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter
  on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
    quantity = excluded.quantity,
    rate_id = excluded.rate_id,
    price_override_id = excluded.price_override_id,
    price = excluded.price,
    price_quantity = excluded.price_quantity,
    price_adjustment = excluded.price_adjustment,
    event_count = excluded.event_count,
    first_event_at = excluded.first_event_at,
    last_event_at = excluded.last_event_at,
    updated_at = now()
)
select outcome, ${DIFFERENCE_COLUMNS} from different
order by account_owner_id collate "C", booked_on, user_id collate "C", hopsworks_cluster_id, project_id, meter
`;

/**
 * A row that differed, and what became of it: it was written or is gone; or it is as it was, because it is booked in a
 * closed month, adjusts closed months that do not match their statements (`unsettled`), or has no price.
 */
export type RepairedRow = DifferenceRow & {
  readonly outcome: 'written' | 'gone' | 'closed' | 'unsettled' | 'unpriced';
};

/** Repairs with {@link REPAIR_DAY}. */
export function repairDay({ rowsOf }: AuditedTransaction, day: string): Promise<readonly RepairedRow[]> {
  return rowsOf<RepairedRow & QueryResultRow>(REPAIR_DAY, [day]);
}
