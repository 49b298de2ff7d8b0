import type { Pool } from '../connection/pool.ts';

/**
 * What a user is called: the name, or else the e-mail address. No row for an id that is no user of ours.
 *
 * Parameters: $1 user id. One look-up by key.
 */
const READ_PERSON_NAME = `
select coalesce(name, email) as "name" from hopsmeter.users where id = $1
`;

/** Reads with {@link READ_PERSON_NAME}; null when it is not known. */
export async function readPersonName(pool: Pool, id: string): Promise<string | null> {
  const { rows } = await pool.query<{ name: string | null }>(READ_PERSON_NAME, [id]);
  return rows[0]?.name ?? null;
}
