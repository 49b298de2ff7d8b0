import type { Pool } from '../connection/pool.ts';
import { ALIAS_COLUMNS, type AliasRow } from './read-alias.ts';

/**
 * A page of aliases by alias, then id. Parameters: $1 cluster or NULL, $2 user or NULL, $3 alias or NULL, $4 and $5
 * alias and id of the last row seen or NULL, $6 number of rows.
 */
const LIST_ALIASES = `
select ${ALIAS_COLUMNS}
from hopsmeter.user_aliases
where ($1::uuid is null or hopsworks_cluster_id = $1)
  and ($2::text is null or user_id = $2)
  and ($3::text is null or alias = $3)
  and ($4::text is null or (alias collate "C", id) > ($4, $5::uuid))
order by alias collate "C", id
limit $6::integer
`;

export type AliasesQuery = {
  readonly clusterId?: string | undefined;
  readonly userId?: string | undefined;
  readonly alias?: string | undefined;
  readonly after?: { readonly alias: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists aliases, ended ones too, with {@link LIST_ALIASES}. */
export async function listAliases(pool: Pool, query: AliasesQuery): Promise<readonly AliasRow[]> {
  const { clusterId, userId, alias, after, limit } = query;
  const parameters = [clusterId ?? null, userId ?? null, alias ?? null, after?.alias ?? null, after?.id ?? null, limit];
  return (await pool.query<AliasRow>(LIST_ALIASES, parameters)).rows;
}
