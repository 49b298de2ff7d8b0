import type { ImportScope } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';

/** Who is or was a member of somebody else, and of whom. */
const READ_EVER_OWNERS = `
select user_id as "userId", min(account_owner_id) as "accountOwnerId"
from hopsmeter.account_ownerships where account_owner_id <> user_id group by user_id
`;

/** Reads with {@link READ_EVER_OWNERS}. */
export async function readEverOwners(pool: Pool): Promise<ImportScope['everOwners']> {
  const { rows } = await pool.query<{ userId: string; accountOwnerId: string }>(READ_EVER_OWNERS);
  return new Map(rows.map(({ userId, accountOwnerId }) => [userId, accountOwnerId]));
}
