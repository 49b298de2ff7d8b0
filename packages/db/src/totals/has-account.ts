import type { Pool } from '../connection/pool.ts';

/**
 * Whether an id is an account: a user without an owner, or one who has ever had usage billed to them.
 *
 * Parameters: $1 user id. Two look-ups by key; the second only for members.
 */
const HAS_ACCOUNT = `
select exists (
  select from hopsmeter.users
  where id = $1
    and (account_owner_id is null or exists (select from hopsmeter.usage_daily where usage_daily.account_owner_id = $1))
) as found
`;

/** Asks with {@link HAS_ACCOUNT}. */
export async function hasAccount(pool: Pool, id: string): Promise<boolean> {
  const { rows } = await pool.query<{ readonly found: boolean }>(HAS_ACCOUNT, [id]);
  return rows[0]?.found === true;
}
