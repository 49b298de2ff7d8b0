import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';

/** What a cluster calls a user, or called; null where the period is open. */
export type AliasRow = {
  readonly id: string;
  readonly clusterId: string;
  readonly alias: string;
  readonly userId: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

/** Columns of an {@link AliasRow} of `user_aliases`. */
export const ALIAS_COLUMNS = `
  user_aliases.id, user_aliases.hopsworks_cluster_id as "clusterId", user_aliases.alias,
  user_aliases.user_id as "userId",
  ${instantText('user_aliases.started_at')} as "startedAt", ${instantText('user_aliases.ended_at')} as "endedAt"
`;

/** Reads one alias by id, $1. */
const READ_ALIAS = `select ${ALIAS_COLUMNS} from hopsmeter.user_aliases where id = $1::uuid`;

/** The alias $2 of cluster $1, of one user after the other. */
const READ_HOLDERS = `
select ${ALIAS_COLUMNS} from hopsmeter.user_aliases where hopsworks_cluster_id = $1::uuid and alias = $2
order by started_at
`;

/** Reads an alias. @throws RequestError NOT_FOUND */
export async function readAlias({ rowsOf }: AuditedTransaction, id: string): Promise<AliasRow> {
  const [alias] = await rowsOf<AliasRow>(READ_ALIAS, [id]);
  if (alias === undefined) throw new RequestError('NOT_FOUND', `there is no alias ${id}`);
  return alias;
}

/** Reads who has, and who had, an alias of a cluster. */
export function readHolders(
  { rowsOf }: AuditedTransaction,
  { clusterId, alias }: Pick<AliasRow, 'clusterId' | 'alias'>,
): Promise<readonly AliasRow[]> {
  return rowsOf<AliasRow>(READ_HOLDERS, [clusterId, alias]);
}
