import { addMonths, formatUsageDay, formatUsageMonth, RequestError, type UsageMonth } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { rangeOf } from './read-account-month.ts';

/** Accounts that one call looks at, so that it ends within a minute; `next` says where the next call goes on. */
export const ACCOUNTS_PER_CALL_MAX = 1_000;

/**
 * The accounts that a month has to be closed for, by id, and the time.
 *
 * Guarantees: every account with something booked in the month and no statement for it. Besides, accounts that may have
 * to be billed the changed model effect of a closed month alone: those that have closed months and either were billed a
 * model effect or could have one, because some price in force is more than a list price.
 *
 * Parameters: $1 first day of the month, $2 first day of the next one, $3 id after which the list begins, or NULL, $4
 * most ids. No locks: each account is looked at again when it is closed.
 */
const LIST_CLOSABLE = `
with candidates as (
  select account_owner_id as id from hopsmeter.usage_daily
  where booked_on >= $1::date and booked_on < $2::date
  union
  select account_owner_id from hopsmeter.statements
  where exists (select from hopsmeter.rates where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from hopsmeter.price_overrides
      where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from hopsmeter.statement_lines where statement_id = statements.id and kind = 'model_effect')
)
select
  ${instantText('clock_timestamp()')} as now,
  array(
    select id from candidates
    where hopsmeter.open_since(id) <= $1::date and ($3::text is null or id collate "C" > $3)
    order by id collate "C"
    limit $4::integer
  ) as "accountOwnerIds"
`;

/** Lists with {@link LIST_CLOSABLE}, at most {@link ACCOUNTS_PER_CALL_MAX}. @throws RequestError MONTH_NOT_ENDED. */
export async function listClosable(
  pool: Pool,
  { month, after }: { readonly month: UsageMonth; readonly after?: string | undefined },
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ now: string; accountOwnerIds: readonly string[] }>(LIST_CLOSABLE, [
    ...rangeOf(month),
    after ?? null,
    ACCOUNTS_PER_CALL_MAX,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gave no row');
  requireEnded(month, row.now);
  return row.accountOwnerIds;
}

/** @param now RFC 3339 in UTC, by the database's clock. @throws RequestError MONTH_NOT_ENDED. */
export function requireEnded(month: UsageMonth, now: string): void {
  const next = formatUsageDay(addMonths(month, 1));
  if (now < next)
    throw new RequestError('MONTH_NOT_ENDED', `${formatUsageMonth(month)} ends when ${next} begins in UTC`);
}
