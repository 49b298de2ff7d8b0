import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readLastUsage, requireNoUsage } from './alias-usage.ts';
import { pastMomentOf } from './moment.ts';
import { ALIAS_COLUMNS, type AliasRow, readAlias, readHolders } from './read-alias.ts';

export type AliasEnd = {
  readonly aliasId: string;
  /** RFC 3339, not after now. Not given: now, or the end of the last usage that it brought when that is later. */
  readonly at?: string | undefined;
  readonly reason: string;
};

/** Ends alias $1 at $2, and never before it began. Locks: the directory. */
const END_ALIAS = `
update hopsmeter.user_aliases set ended_at = greatest($2::timestamptz, started_at + interval '1 microsecond')
where id = $1::uuid
returning ${ALIAS_COLUMNS}
`;

/**
 * Ends an alias: from then on the cluster can give the name to somebody else. Usage of the time before is its user's
 * whenever it arrives. Asked again it returns the alias as it is; with another moment it changes the end.
 *
 * @throws RequestError NOT_FOUND, MOMENT_IN_FUTURE, MOMENT_TOO_OLD before its begin, ALIAS_TAKEN where somebody else
 * has it in the time that it would gain, USAGE_COUNTED_LATER where counted usage would have come by nobody's alias.
 */
export function endAlias(pool: Pool, change: Change, { aliasId, at, reason }: AliasEnd): Promise<AliasRow> {
  return inAuditedTransaction(pool, change, async (transaction) => {
    const before = await readAlias(transaction, aliasId);
    const end = at === undefined ? undefined : pastMomentOf(at, transaction.now);
    if (before.endedAt !== null && (end === undefined || end === before.endedAt)) return before;
    if (end === undefined) return endAliasAfterUsage(transaction, before, { from: transaction.now, reason });
    await requireEnd(transaction, before, end);
    return setEnd(transaction, before, end, reason);
  });
}

/** Ends an open alias within a change: at a moment, or at the end of the last usage that it brought when later. */
export async function endAliasAfterUsage(
  transaction: AuditedTransaction,
  alias: AliasRow,
  { from, reason }: { readonly from: string; readonly reason: string },
): Promise<AliasRow> {
  const { clusterId, userId } = alias;
  const lastAt = await readLastUsage(transaction, { clusterId, userIds: [userId], from, until: null });
  return setEnd(transaction, alias, lastAt ?? from, reason);
}

async function requireEnd(transaction: AuditedTransaction, alias: AliasRow, end: string): Promise<void> {
  const { clusterId, userId, startedAt, endedAt } = alias;
  if (startedAt !== null && end <= startedAt)
    throw new RequestError('MOMENT_TOO_OLD', `the alias began at ${startedAt}`);
  if (endedAt === null || end < endedAt) {
    await requireNoUsage(transaction, { clusterId, userIds: [userId], from: end, until: endedAt });
    return;
  }
  const others = (await readHolders(transaction, alias)).map((each) => each.userId).filter((each) => each !== userId);
  await requireNoUsage(transaction, { clusterId, userIds: others, from: endedAt, until: end });
}

async function setEnd(
  { rowsOf, audit }: AuditedTransaction,
  before: AliasRow,
  end: string,
  reason: string,
): Promise<AliasRow> {
  const [after] = await rowsOf<AliasRow>(END_ALIAS, [before.id, end]);
  if (after === undefined) throw new Error('the alias was not changed');
  await audit({ action: 'end_alias', entity: 'user_aliases', entityId: after.id, before, after, reason });
  return after;
}
