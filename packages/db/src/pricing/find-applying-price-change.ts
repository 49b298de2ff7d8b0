import { formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { dayText } from '../sql/day.ts';

/** A price change whose rows are not all re-rated yet. */
export type ApplyingPriceChange = {
  readonly id: string;
  /** The first usage day that it concerns, `2026-11-01`. */
  readonly firstDay: string;
};

/**
 * The oldest price change that may still write rows of an account's month.
 *
 * Guarantees: under the lock of the directory no new change can begin, and a batch of re-rating that is in flight holds
 * its change as `applying` until it commits; so no answer means that nothing will be re-rated into the month.
 *
 * A change reaches a month when its first day is before the month's end. Where it ends does not matter: what it makes
 * of closed days is booked in the month that is open, which is the one that asks.
 *
 * Parameters: $1 account owner, $2 first day of the month. No locks.
 */
const FIND_APPLYING_PRICE_CHANGE = `
select id, ${dayText('first_day')} as "firstDay"
from hopsmeter.price_changes
where status = 'applying'
  and (account_owner_id is null or account_owner_id = $1)
  and first_day < $2::date + interval '1 month'
order by created_at, id
limit 1
`;

/**
 * Finds with {@link FIND_APPLYING_PRICE_CHANGE}. A month must not be closed while there is one: part of it would be
 * billed at the old price and part at the new one.
 */
export async function findApplyingPriceChange(
  transaction: Pick<AuditedTransaction, 'rowsOf'>,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<ApplyingPriceChange | undefined> {
  const rows = await transaction.rowsOf<ApplyingPriceChange>(FIND_APPLYING_PRICE_CHANGE, [
    accountOwnerId,
    formatUsageDay(month),
  ]);
  return rows[0];
}
