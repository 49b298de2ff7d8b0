import { formatTime, type Micros } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { monthText } from '../sql/day.ts';
import { monthlyPositions } from './monthly-positions.ts';
import { STRIPE_CUSTOMER_COLUMNS, type StripeCustomerRow } from './stripe-customers.ts';

/** How a month of a meter stands: what is open of it, or whether all of it is sent. */
export const MONTH_STATES = ['sent', 'waiting', 'owed', 'pending', 'uncertain', 'rejected', 'too_old'] as const;
export type MonthState = (typeof MONTH_STATES)[number];

/** A month of a meter. Amounts are exact, in the meter's unit: carriedIn + quantity = sent + remainder. */
export type StripeMonthRow = {
  /** `2026-11`. */
  readonly month: string;
  readonly stripeCustomerId: string;
  readonly meter: string;
  readonly quantity: string;
  readonly carriedIn: string;
  readonly sent: string;
  /** What the next month carries in; below zero when more was sent than was used, after corrections. */
  readonly remainder: string;
  readonly state: MonthState;
};

/**
 * What an account used, what of it is at Stripe, and what is left over, by month, customer and meter. What is sent is
 * what Stripe took for certain; the sums over all months differ by the last remainder exactly.
 *
 * Parameters: $1 present time, $2 account. Reads the account's rows of days that a customer pays for.
 */
const READ_MONTHS = `
with ${monthlyPositions({ now: '$1::timestamptz', accounts: 'array[$2::text]' })},
certain as (
  select
    *, sum(1000 * quantity - sent) over (partition by stripe_customer_id, meter order by month) as remainder
  from positions
)
select
  ${monthText('month')} as month, stripe_customer_id as "stripeCustomerId", meter,
  quantity::numeric(38, 12)::text as quantity,
  ((remainder - (1000 * quantity - sent)) * 0.001)::numeric(38, 12)::text as "carriedIn",
  (sent * 0.001)::numeric(38, 12)::text as sent,
  (remainder * 0.001)::numeric(38, 12)::text as remainder,
  case
    when open_status is not null then open_status
    when left_over < 0 then 'owed'
    when left_over >= 1 and altogether >= 1 then 'waiting'
    else 'sent'
  end as state
from certain
order by month, stripe_customer_id, meter
`;

/** Which customers pay for an account, and when. Parameters: $1 account. */
const READ_CUSTOMERS = `
select ${STRIPE_CUSTOMER_COLUMNS} from hopsmeter.stripe_customers where account_owner_id = $1 order by billed_from
`;

export type StripeAccount = {
  readonly customers: readonly StripeCustomerRow[];
  readonly months: readonly StripeMonthRow[];
};

/** Reads how an account stands with Stripe. */
export async function readStripeAccount(pool: Pool, accountOwnerId: string, now: Micros): Promise<StripeAccount> {
  const [customers, months] = await Promise.all([
    pool.query<StripeCustomerRow>(READ_CUSTOMERS, [accountOwnerId]),
    pool.query<StripeMonthRow>(READ_MONTHS, [formatTime(now), accountOwnerId]),
  ]);
  return { customers: customers.rows, months: months.rows };
}
