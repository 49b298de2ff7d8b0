import { formatTime, type Micros } from '@hopsmeter/usage';
import { kindOfFailure } from '../connection/errors.ts';
import type { Pool } from '../connection/pool.ts';
import { monthlyPositions } from './monthly-positions.ts';
import { listPayingAccounts } from './paying-accounts.ts';
import { stampOf } from './stamp.ts';

/**
 * Most thousandths of one remittance: 10⁹ units of a meter. Stripe refuses values with too many digits and does not say
 * how many; what is beyond goes with the next one.
 */
const VALUE_MAX = 999_999_999_999n;

/**
 * Plans what has to be sent next: for every customer and meter at most one remittance, of the oldest month that lacks a
 * whole thousandth.
 *
 * Guarantees
 * - The value is what the month lacks, months before it included, but never more than customer and meter lack
 *   altogether: nothing is sent that was sent in another month already. Whole thousandths, rounded down: the rest is
 *   carried.
 * - Planned once, whoever runs it how often at the same time: the sequence number follows from the rows that the
 *   statement sees, so of two plans made from the same state the second meets the first one's number and does nothing.
 * - Customers and meters that have a remittance under way, or a rejected one, are left alone.
 *
 * Parameters: $1 present time, $2 hours that a month's invoice stays open at Stripe, $3 accounts. Locks: the new rows.
 */
const PLAN_REMITTANCES = `
with ${monthlyPositions({ now: '$1::timestamptz', accounts: '$3::text[]' })},
due as (
  select distinct on (account_owner_id, stripe_customer_id, meter)
    *, least(floor(least(left_over, altogether)), ${VALUE_MAX}) as value
  from positions
  where left_over >= 1 and altogether >= 1
  order by account_owner_id, stripe_customer_id, meter, month
),
stamped as (
  select due.*, stripe_meters.event_name,
    ${stampOf('due', { now: '$1::timestamptz', graceHours: '$2::integer' })} as stamp
  from due
  join hopsmeter.stripe_meters using (meter)
  where not exists (
    select from hopsmeter.stripe_remittances as blocking
    where blocking.stripe_customer_id = due.stripe_customer_id and blocking.meter = due.meter
      and blocking.status in ('pending', 'rejected')
  )
),
planned as (
  insert into hopsmeter.stripe_remittances
    (account_owner_id, stripe_customer_id, meter, event_name, month, sequence, value, cumulative_after, usage_total,
    status, next_attempt_at, created_at)
  select
    account_owner_id, stripe_customer_id, meter, event_name, month,
    (
      select coalesce(max(earlier.sequence), 0) + 1 from hopsmeter.stripe_remittances as earlier
      where earlier.stripe_customer_id = stamped.stripe_customer_id and earlier.meter = stamped.meter
    ),
    value, remitted_total + value, usage_total,
    case when stamp is null then 'too_old' else 'pending' end,
    case when stamp is not null then $1::timestamptz end,
    $1::timestamptz
  from stamped
  order by stripe_customer_id, meter
  on conflict do nothing
  returning 1
)
select
  (select count(*) from planned)::integer as planned,
  exists (select from stamped where altogether - value >= 1) as "hasMore"
`;

/** What a plan added; `hasMore` when customers lack more than one remittance holds: plan again after sending. */
export type RemittancePlan = { readonly planned: number; readonly hasMore: boolean };

/** When it is, and for how many hours after its end Stripe leaves a month's invoice open. */
export type RemittanceClock = { readonly now: Micros; readonly monthGraceHours: number };

/**
 * Plans with {@link PLAN_REMITTANCES}, for all accounts that a Stripe customer pays for, some accounts at a time.
 * Accounts that cannot be planned for do not keep the others from it.
 *
 * @throws AggregateError after all of them, with what the database said to some.
 */
export async function planRemittances(pool: Pool, { now, monthGraceHours }: RemittanceClock): Promise<RemittancePlan> {
  let planned = 0;
  let hasMore = false;
  const failures: unknown[] = [];
  const plan = async (accounts: readonly string[]): Promise<void> => {
    try {
      const { rows } = await pool.query<RemittancePlan>(PLAN_REMITTANCES, [formatTime(now), monthGraceHours, accounts]);
      for (const part of rows) {
        planned += part.planned;
        hasMore ||= part.hasMore;
      }
    } catch (error) {
      if (accounts.length === 1 || kindOfFailure(error) === 'retry') failures.push(error);
      else for (const account of accounts) await plan([account]);
    }
  };
  for (const accounts of await listPayingAccounts(pool)) await plan(accounts);
  if (failures.length > 0) throw new AggregateError(failures, 'some accounts could not be planned for');
  return { planned, hasMore };
}
