import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';

/**
 * Users as those who use something, by id. Parameters: $1 account or NULL for all: the owner and the members; $2 one id
 * or NULL; $3 number of rows.
 */
const LIST_SUBJECTS = `
select id, coalesce(name, email) as name, ${instantText('created_at')} as "createdAt"
from hopsmeter.users
where ($1::text is null or id = $1 or account_owner_id = $1) and ($2::text is null or id = $2)
order by id collate "C"
limit $3::integer
`;

/** A user; `name` is what people call them, where it is known. */
export type SubjectRow = { readonly id: string; readonly name: string | null; readonly createdAt: string };

export type SubjectsQuery = {
  readonly accountOwnerId: string | undefined;
  readonly id?: string | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_SUBJECTS}. */
export async function listSubjects(pool: Pool, query: SubjectsQuery): Promise<readonly SubjectRow[]> {
  const { accountOwnerId, id, limit } = query;
  return (await pool.query<SubjectRow>(LIST_SUBJECTS, [accountOwnerId ?? null, id ?? null, limit])).rows;
}
