import type { Pool } from '../connection/pool.ts';

/**
 * Whose member a user is now: NULL for an account owner. No row for an id that is no user of ours.
 *
 * Parameters: $1 user id. One look-up by key.
 */
const FIND_PERSON = `
select account_owner_id as "accountOwnerId" from hopsmeter.users where id = $1
`;

/** A user of ours. `accountOwnerId` is null for an account owner, and the owner's id for a member. */
export type PersonRow = { readonly accountOwnerId: string | null };

/** Finds with {@link FIND_PERSON}; undefined when there is no such user. */
export async function findPerson(pool: Pool, id: string): Promise<PersonRow | undefined> {
  const { rows } = await pool.query<PersonRow>(FIND_PERSON, [id]);
  return rows[0];
}
