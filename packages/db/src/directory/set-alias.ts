import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readLastUsage, requireNoUsage } from './alias-usage.ts';
import { pastMomentOf } from './moment.ts';
import { ALIAS_COLUMNS, type AliasRow, readHolders } from './read-alias.ts';
import { readCluster } from './read-cluster.ts';
import { readUser } from './read-user.ts';

export type NewAlias = {
  readonly clusterId: string;
  /** What the cluster calls the user: the Hopsworks user name. */
  readonly alias: string;
  readonly userId: string;
  /**
   * RFC 3339, not after now. Not given: since nobody else has it and none of their usage is counted by it; always when
   * nobody had it.
   */
  readonly startedAt?: string | undefined;
  /** Whether it begins later where usage of somebody else is counted by it, instead of not at all. */
  readonly mayBeginLater?: boolean | undefined;
  /** RFC 3339, not after now: of a user who does not have it any more. */
  readonly endedAt?: string | undefined;
  readonly reason: string;
};

/** Makes $2 an alias of $3 on cluster $1, from $4 to $5; NULL where it is open. Locks: the directory. */
const SET_ALIAS = `
insert into hopsmeter.user_aliases (hopsworks_cluster_id, alias, user_id, started_at, ended_at)
values ($1::uuid, $2, $3, coalesce($4::timestamptz, '-infinity'), $5::timestamptz)
returning ${ALIAS_COLUMNS}
`;

/**
 * Makes a name the alias of a user of a cluster, in time in which it is nobody's. Events that name it as their subject
 * are that user's; those that wait for it are counted by themselves. Whether the user is on the cluster is not checked
 * here. Asked again for the same user it returns the alias that is there.
 *
 * @throws RequestError UNKNOWN_REFERENCE, ALIAS_TAKEN, MOMENT_IN_FUTURE, MOMENT_TOO_OLD for an end before the begin,
 * USAGE_COUNTED_LATER where it would take part of a window that is counted for another user by this alias.
 */
export function setAlias(pool: Pool, change: Change, wanted: NewAlias): Promise<Created<AliasRow>> {
  return inAuditedTransaction(pool, change, (transaction) => addAlias(transaction, wanted));
}

/** {@link setAlias} within a change. */
export async function addAlias(transaction: AuditedTransaction, wanted: NewAlias): Promise<Created<AliasRow>> {
  const { clusterId, alias, userId, reason } = wanted;
  const { now, rowsOf, audit } = transaction;
  await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE');
  await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
  const holders = await readHolders(transaction, wanted);
  const from = wanted.startedAt === undefined ? freeSince(holders) : pastMomentOf(wanted.startedAt, now);
  const endedAt = wanted.endedAt === undefined ? null : pastMomentOf(wanted.endedAt, now);
  const asked = { startedAt: from, endedAt };
  const taken = holders.find((each) => doOverlap(each, asked));
  if (taken !== undefined) return { isCreated: false, value: requireSame(taken, wanted, asked) };
  const userIds = [...new Set(holders.map((each) => each.userId))].filter((each) => each !== userId);
  const time = { clusterId, userIds, from, until: endedAt };
  const { mayBeginLater = wanted.startedAt === undefined } = wanted;
  const startedAt = mayBeginLater ? ((await readLastUsage(transaction, time)) ?? from) : from;
  if (startedAt !== null && endedAt !== null && endedAt <= startedAt)
    throw new RequestError('MOMENT_TOO_OLD', `the alias would begin at ${startedAt}`);
  if (!mayBeginLater) await requireNoUsage(transaction, time);
  const [value] = await rowsOf<AliasRow>(SET_ALIAS, [clusterId, alias, userId, startedAt, endedAt]);
  if (value === undefined) throw new Error('the alias was not inserted');
  await audit({ action: 'set_alias', entity: 'user_aliases', entityId: value.id, after: value, reason });
  return { isCreated: true, value };
}

type AliasPeriod = Pick<AliasRow, 'startedAt' | 'endedAt'>;

/** When the last of those who had it lost it; null: always. While somebody has it, since they do: then it is taken. */
function freeSince(holders: readonly AliasRow[]): string | null {
  const last = holders.at(-1);
  return last === undefined ? null : (last.endedAt ?? last.startedAt);
}

/** Moments are equal texts where they are equal, in order of time. */
function doOverlap(a: AliasPeriod, b: AliasPeriod): boolean {
  const beginsBefore = (one: AliasPeriod, other: AliasPeriod) =>
    one.startedAt === null || other.endedAt === null || one.startedAt < other.endedAt;
  return beginsBefore(a, b) && beginsBefore(b, a);
}

/** The alias that is there, when it is the one that is asked for. @throws RequestError ALIAS_TAKEN */
function requireSame(known: AliasRow, wanted: NewAlias, { startedAt, endedAt }: AliasPeriod): AliasRow {
  const isSame =
    known.userId === wanted.userId &&
    (wanted.startedAt === undefined || known.startedAt === startedAt) &&
    (wanted.endedAt === undefined || known.endedAt === endedAt);
  if (isSame) return known;
  const since = known.startedAt === null ? '' : ` since ${known.startedAt}`;
  const until = known.endedAt === null ? '' : ` until ${known.endedAt}`;
  throw new RequestError('ALIAS_TAKEN', `it is ${known.id}, of ${known.userId}${since}${until}`);
}
