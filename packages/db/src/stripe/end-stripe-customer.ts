import { formatUsageDay, type Micros, RequestError, type UsageDay, usageDayOf } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readPeriods, type StripeCustomerRow, takeDays } from './stripe-customers.ts';

/**
 * Ends that a Stripe customer pays for an account.
 *
 * @param ending `to` is the first day that nobody pays for through Stripe; tomorrow when undefined.
 * @returns the periods that were, before the change, as far as they reached beyond that day.
 * @throws RequestError NOT_FOUND when nobody pays on that day or later, STRIPE_USAGE_SENT.
 */
export function endStripeCustomer(
  pool: Pool,
  change: Change,
  { accountOwnerId, to }: { readonly accountOwnerId: string; readonly to: UsageDay | undefined },
  now: Micros,
): Promise<readonly StripeCustomerRow[]> {
  const today = usageDayOf(now);
  const from = to ?? today + 1;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const before = await readPeriods(transaction, accountOwnerId, from);
    if (before.length === 0)
      throw new RequestError('NOT_FOUND', `no Stripe customer pays for the account from ${formatUsageDay(from)} on`);
    await takeDays(transaction, accountOwnerId, { from, today });
    await transaction.audit({
      action: 'end_stripe_customer',
      entity: 'stripe_customers',
      entityId: accountOwnerId,
      before,
      after: { to: formatUsageDay(from) },
    });
    return before;
  });
}
