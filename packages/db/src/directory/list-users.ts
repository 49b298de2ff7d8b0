import type { Pool } from '../connection/pool.ts';
import { USER_COLUMNS, type UserRow } from './read-user.ts';

/**
 * A page of users by id. Parameters: $1 LIKE pattern or NULL, $2 owner or NULL, $3 cluster or NULL, $4 id of the last
 * user seen or NULL, $5 number of rows. Ids are compared by code unit, so that the order is the same on every server.
 */
const LIST_USERS = `
select ${USER_COLUMNS}
from hopsmeter.users
where ($1::text is null or users.id ilike $1 or users.name ilike $1 or users.email ilike $1)
  and ($2::text is null or users.account_owner_id = $2)
  and ($3::uuid is null or users.id in (
    select user_id from hopsmeter.user_hopsworks_assignments where hopsworks_cluster_id = $3 and ended_at is null
  ))
  and ($4::text is null or users.id collate "C" > $4)
order by users.id collate "C"
limit $5::integer
`;

export type UsersQuery = {
  /** Text that the id, the name or the e-mail address contains, upper or lower case. */
  readonly search?: string | undefined;
  /** Only the members of this owner. */
  readonly accountOwnerId?: string | undefined;
  /** Only who is on this cluster now. */
  readonly clusterId?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
};

/** Lists users with {@link LIST_USERS}. */
export async function listUsers(pool: Pool, query: UsersQuery): Promise<readonly UserRow[]> {
  const pattern = query.search === undefined ? null : `%${query.search.replace(/[\\%_]/g, '\\$&')}%`;
  const { accountOwnerId, clusterId, after, limit } = query;
  const parameters = [pattern, accountOwnerId ?? null, clusterId ?? null, after ?? null, limit];
  return (await pool.query<UserRow>(LIST_USERS, parameters)).rows;
}
