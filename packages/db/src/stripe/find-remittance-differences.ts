import { formatTime, type Micros } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { monthlyPositions } from './monthly-positions.ts';
import { listPayingAccounts } from './paying-accounts.ts';

/**
 * Where what was remitted and what was used disagree, for all customers and meters:
 *
 * - `waiting`: a whole thousandth or more is not remitted yet
 * - `owed`: more was remitted than was used, after a correction; later usage makes up for it
 * - `open`: something is not settled, see its status
 * - `broken chain`: a remittance does not continue where the ones before it ended. Never right: rows were changed by
 *   hand.
 *
 * Parameters: $1 present time, $2 accounts.
 */
const FIND_REMITTANCE_DIFFERENCES = `
with ${monthlyPositions({ now: '$1::timestamptz', accounts: '$2::text[]' })}
select distinct
  case when altogether < 0 then 'owed' else 'waiting' end as kind,
  account_owner_id as "accountOwnerId", stripe_customer_id as "stripeCustomerId", meter,
  (altogether * 0.001)::numeric(38, 12)::text as amount
from positions
where altogether < 0 or altogether >= 1
union all
select 'open', account_owner_id, stripe_customer_id, meter, (sum(value) * 0.001)::numeric(38, 12)::text
from hopsmeter.stripe_remittances
where account_owner_id = any($2::text[]) and status in ('pending', 'uncertain', 'rejected', 'too_old')
group by account_owner_id, stripe_customer_id, meter
union all
select 'broken chain', account_owner_id, stripe_customer_id, meter,
  ((cumulative_after - value - counted) * 0.001)::numeric(38, 12)::text
from (
  select
    *,
    coalesce(sum(value) filter (where status <> 'not_sent') over earlier, 0) as counted,
    -- What was found not to have arrived counted until somebody said so, which may have been before or after.
    coalesce(sum(value) over earlier, 0) as counted_at_most
  from hopsmeter.stripe_remittances
  where account_owner_id = any($2::text[])
  window earlier as (
    partition by account_owner_id, stripe_customer_id, meter order by sequence
    rows between unbounded preceding and 1 preceding
  )
) as chained
where cumulative_after - value not between counted and counted_at_most
order by 1, 2, 3, 4
`;

/** A difference between what was used and what was remitted, in the meter's unit; positive is missing at Stripe. */
export type RemittanceDifference = {
  readonly kind: 'waiting' | 'owed' | 'open' | 'broken chain';
  readonly accountOwnerId: string;
  readonly stripeCustomerId: string;
  readonly meter: string;
  readonly amount: string;
};

/** Compares with {@link FIND_REMITTANCE_DIFFERENCES}, for all accounts that a Stripe customer pays for, or paid. */
export async function findRemittanceDifferences(pool: Pool, now: Micros): Promise<readonly RemittanceDifference[]> {
  const differences: RemittanceDifference[] = [];
  for (const accounts of await listPayingAccounts(pool)) {
    const { rows } = await pool.query<RemittanceDifference>(FIND_REMITTANCE_DIFFERENCES, [formatTime(now), accounts]);
    differences.push(...rows);
  }
  return differences;
}
