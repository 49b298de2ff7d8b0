import type { Pool } from '../connection/pool.ts';

/**
 * What an account is, beside what its months cost. No row for an id that is no account: a user without an owner, or one
 * who has ever had usage billed to them.
 *
 * Parameters: $1 account owner, $2 the present UTC day. A handful of look-ups by key.
 */
const READ_ACCOUNT_FACTS = `
select
  users.billing_address as "billingAddress",
  users.account_owner_id as "accountOwnerId",
  clusters.id as "clusterId",
  clusters.name as "clusterName",
  caps.amount::numeric(38, 2)::text as cap,
  exists (
    select from hopsmeter.stripe_customers as customers
    where customers.account_owner_id = users.id and (customers.billed_to is null or customers.billed_to > $2::date)
  ) as "hasStripeCustomer"
from hopsmeter.users
left join hopsmeter.user_hopsworks_assignments as assignments
  on assignments.user_id = users.id and assignments.ended_at is null
left join hopsmeter.hopsworks_clusters as clusters on clusters.id = assignments.hopsworks_cluster_id
left join hopsmeter.spending_caps as caps on caps.account_owner_id = users.id
where users.id = $1
  and (users.account_owner_id is null
    or exists (select from hopsmeter.usage_daily where usage_daily.account_owner_id = $1))
`;

export type AccountFacts = {
  readonly billingAddress: string | null;
  /** Null unless the owner has become a member of another account. */
  readonly accountOwnerId: string | null;
  /** The cluster that the owner is on now. */
  readonly clusterId: string | null;
  readonly clusterName: string | null;
  /** USD a month, as `12.34`. */
  readonly cap: string | null;
  /** Whether a Stripe customer pays, or will. */
  readonly hasStripeCustomer: boolean;
};

/** Reads with {@link READ_ACCOUNT_FACTS}; undefined when there is no such account. @param today `2026-11-22` */
export async function readAccountFacts(pool: Pool, id: string, today: string): Promise<AccountFacts | undefined> {
  return (await pool.query<AccountFacts>(READ_ACCOUNT_FACTS, [id, today])).rows[0];
}
