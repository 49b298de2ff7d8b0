import type { Pool } from '../connection/pool.ts';

/** What people call the accounts of $1, by id. */
const READ_ACCOUNT_NAMES = `
select id, coalesce(name, email) as name from hopsmeter.users
where id = any ($1::text[]) and coalesce(name, email) is not null
`;

/** Reads with {@link READ_ACCOUNT_NAMES}: the name, or else the e-mail address, of those that have one. */
export async function readAccountNames(pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ id: string; name: string }>(READ_ACCOUNT_NAMES, [ids]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
