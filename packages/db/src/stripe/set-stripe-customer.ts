import { formatUsageDay, type Micros, RequestError, type UsageDay, usageDayOf } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readOwner } from '../directory/read-user.ts';
import { readPeriods, type StripeCustomerRow, takeDays } from './stripe-customers.ts';

/** Adds an open period. Parameters: $1 account, $2 customer, $3 first day. Locks: the directory. */
const ADD_PERIOD = `
insert into hopsmeter.stripe_customers (account_owner_id, stripe_customer_id, billed_from) values ($1, $2, $3::date)
`;

/** Another account that a customer belongs to. Parameters: $1 customer, $2 account. */
const FIND_OTHER_ACCOUNT = `
select from hopsmeter.stripe_customers where stripe_customer_id = $1 and account_owner_id <> $2 limit 1
`;

export type NewStripeCustomer = {
  readonly accountOwnerId: string;
  readonly stripeCustomerId: string;
  /** First usage day (by which usage is booked) that the customer pays for. */
  readonly from: UsageDay;
};

/**
 * Has a Stripe customer pay for an account from a day on, without end; who paid for those days before pays up to that
 * day. Asked again with the same it changes nothing.
 *
 * @throws RequestError UNKNOWN_REFERENCE, TWO_LEVELS, STRIPE_CUSTOMER_TAKEN, STRIPE_USAGE_SENT.
 */
export function setStripeCustomer(
  pool: Pool,
  change: Change,
  { accountOwnerId, stripeCustomerId, from }: NewStripeCustomer,
  now: Micros,
): Promise<StripeCustomerRow> {
  return inAuditedTransaction(pool, change, async (transaction) => {
    await readOwner(transaction, accountOwnerId);
    const [other] = await transaction.rowsOf(FIND_OTHER_ACCOUNT, [stripeCustomerId, accountOwnerId]);
    if (other !== undefined)
      throw new RequestError('STRIPE_CUSTOMER_TAKEN', `${stripeCustomerId} pays for another account`);
    const before = await readPeriods(transaction, accountOwnerId, from);
    const [first] = before;
    const isSame =
      first?.stripeCustomerId === stripeCustomerId && first.to === null && first.from <= formatUsageDay(from);
    if (isSame) return first;
    await takeDays(transaction, accountOwnerId, { from, today: usageDayOf(now), except: stripeCustomerId });
    await transaction.rowsOf(ADD_PERIOD, [accountOwnerId, stripeCustomerId, formatUsageDay(from)]);
    const period = { stripeCustomerId, from: formatUsageDay(from), to: null };
    await transaction.audit({
      action: 'set_stripe_customer',
      entity: 'stripe_customers',
      entityId: accountOwnerId,
      before,
      after: period,
    });
    return period;
  });
}
