import { formatUsageDay, RequestError, type UsageDay } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';

/**
 * That a Stripe customer pays for an account: from `from` up to, but not including, `to` (null: open). Days as text.
 */
export type StripeCustomerRow = {
  readonly stripeCustomerId: string;
  readonly from: string;
  readonly to: string | null;
};

/** Columns of a {@link StripeCustomerRow}. */
export const STRIPE_CUSTOMER_COLUMNS =
  'stripe_customer_id as "stripeCustomerId", billed_from::text as "from", billed_to::text as "to"';

/** Reads the account's periods that reach beyond a day. Parameters: $1 account, $2 day. */
const READ_PERIODS = `
select ${STRIPE_CUSTOMER_COLUMNS} from hopsmeter.stripe_customers
where account_owner_id = $1 and (billed_to is null or billed_to > $2::date)
order by billed_from
`;

/**
 * Whether usage of a day or later may be at Stripe already for a customer, by months: a remittance has no days. What
 * was rejected or found not to have arrived is not there.
 *
 * Parameters: $1 account, $2 customer, $3 day.
 */
const FIND_REMITTED = `
select exists (
  select from hopsmeter.stripe_remittances
  where account_owner_id = $1 and stripe_customer_id = $2 and month >= date_trunc('month', $3::date)::date
    and status in ('pending', 'sent', 'uncertain')
) as found
`;

/**
 * Parameters of both: $1 account, $2 first day of a period; $3 the day after its last. Locks: the directory, the row.
 */
const SHORTEN =
  'update hopsmeter.stripe_customers set billed_to = $3::date where account_owner_id = $1 and billed_from = $2::date';
const REMOVE = 'delete from hopsmeter.stripe_customers where account_owner_id = $1 and billed_from = $2::date';

/** The account's periods from a day on, the present one first. */
export function readPeriods(
  { rowsOf }: AuditedTransaction,
  accountOwnerId: string,
  day: UsageDay,
): Promise<StripeCustomerRow[]> {
  return rowsOf<StripeCustomerRow>(READ_PERIODS, [accountOwnerId, formatUsageDay(day)]);
}

/**
 * Takes a day and all later ones from the customers that pay for them, except one. A period that begins later is
 * removed.
 *
 * @param today usage of later days cannot have been sent yet.
 * @throws RequestError STRIPE_USAGE_SENT when usage of those days may be at Stripe already.
 */
export async function takeDays(
  transaction: AuditedTransaction,
  accountOwnerId: string,
  { from, today, except }: { readonly from: UsageDay; readonly today: UsageDay; readonly except?: string },
): Promise<void> {
  const day = formatUsageDay(from);
  for (const period of await readPeriods(transaction, accountOwnerId, from)) {
    const { stripeCustomerId } = period;
    if (from <= today && stripeCustomerId !== except) {
      const [sent] = await transaction.rowsOf<{ found: boolean }>(FIND_REMITTED, [
        accountOwnerId,
        stripeCustomerId,
        day,
      ]);
      if (sent?.found === true)
        throw new RequestError('STRIPE_USAGE_SENT', `usage of the month of ${day} is sent to ${stripeCustomerId}`);
    }
    if (period.from < day) await transaction.rowsOf(SHORTEN, [accountOwnerId, period.from, day]);
    else await transaction.rowsOf(REMOVE, [accountOwnerId, period.from]);
  }
}
