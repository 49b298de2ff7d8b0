import type { Pool } from '../connection/pool.ts';

/** Accounts that a Stripe customer pays for, or paid. A few bytes each, so all of them at once. */
const LIST_PAYING_ACCOUNTS = `
select array_agg(distinct account_owner_id order by account_owner_id) as accounts from hopsmeter.stripe_customers
`;

/**
 * Accounts that one statement looks at: half a year of 500 accounts, 525,000 rows, took a second, so these a fifth of
 * it.
 */
const PART_ACCOUNTS = 100;

/** The accounts in parts that a statement can look at without holding a connection for long. */
export async function listPayingAccounts(pool: Pool): Promise<readonly (readonly string[])[]> {
  const { rows } = await pool.query<{ accounts: string[] | null }>(LIST_PAYING_ACCOUNTS);
  const accounts = rows[0]?.accounts ?? [];
  return Array.from({ length: Math.ceil(accounts.length / PART_ACCOUNTS) }, (_, part) =>
    accounts.slice(part * PART_ACCOUNTS, (part + 1) * PART_ACCOUNTS),
  );
}
