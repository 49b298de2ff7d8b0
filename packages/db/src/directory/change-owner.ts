import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { endsAfter } from '../sql/period.ts';
import { momentOf, type Since } from './moment.ts';
import { type MoveReport, moveUsageOfUser } from './move-usage.ts';
import { readOwner, readUser, type UserRow } from './read-user.ts';

export type OwnerChange = Since & {
  readonly userId: string;
  /** Null makes the user an account owner. */
  readonly accountOwnerId: string | null;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

export type OwnerChanged = MoveReport & {
  readonly user: UserRow;
  /** The moment from which on the owner is the new one; RFC 3339. */
  readonly from: string;
};

/** A period of the ownership history; null where it is open. */
type OwnershipRow = {
  readonly accountOwnerId: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

/** The ownership history of $1, oldest first. */
const READ_OWNERSHIPS = `
select
  account_owner_id as "accountOwnerId", ${instantText('started_at')} as "startedAt",
  ${instantText('ended_at')} as "endedAt"
from hopsmeter.account_ownerships where user_id = $1 order by account_ownerships.started_at
`;

/** Why $2 cannot own $1 from $3 on: in which of the two ways a third level would be there at some moment since. */
const FIND_THIRD_LEVEL = `
select
  not exists (
    select from hopsmeter.account_ownerships
    where user_id = $2 and account_owner_id = $2 and started_at <= $3::timestamptz and ended_at is null
  ) as "isOwnerMember",
  exists (
    select from hopsmeter.account_ownerships
    where account_owner_id = $1 and user_id <> $1 and ${endsAfter('account_ownerships', '$3::timestamptz')}
  ) as "hasMembers"
`;

/** Whether $2 has owned $1 from $3 on without a break. */
const IS_OWNED_SINCE = `
select from hopsmeter.account_ownerships
where user_id = $1 and account_owner_id = $2 and started_at <= $3::timestamptz and ended_at is null
`;

/**
 * Three statements that make $2 the owner of $1 from $3 on. What came after is cut off, the period before is ended, and
 * continued when it is of the same owner, so that neighbours always differ. Without gaps, because the first period has
 * no beginning; without overlaps, by an exclusion constraint. Locks: the directory must be held.
 */
const FORGET_LATER = 'delete from hopsmeter.account_ownerships where user_id = $1 and started_at >= $2::timestamptz';
const END_CURRENT = `
update hopsmeter.account_ownerships set ended_at = $2::timestamptz
where user_id = $1 and ${endsAfter('account_ownerships', '$2::timestamptz')}
`;
const BEGIN_OWNERSHIP = `
with continued as (
  update hopsmeter.account_ownerships set ended_at = null
  where user_id = $1 and account_owner_id = $2 and ended_at = $3::timestamptz
  returning 1
)
insert into hopsmeter.account_ownerships (user_id, account_owner_id, started_at)
select $1, $2, $3::timestamptz where not exists (select from continued)
`;

/**
 * Sets the owner $2, or NULL, of $1. The history is written before: the trigger that keeps it finds it as it must be.
 */
const SET_OWNER = 'update hopsmeter.users set account_owner_id = $2 where id = $1';

/**
 * Gives a user to another owner, or makes them one.
 *
 * The user belongs to the new owner from `from` until now and on, whatever the history said of that time: later periods
 * are replaced. Usage whose window began since then moves with them, in the ledger and in the rollup, at the price of
 * its day, in the same transaction. That is so without `from` too: usage can be a few minutes ahead of our clock.
 * Changes of one user follow each other in the order in which they are asked for: of those that reach back to a moment,
 * the last one decides.
 *
 * Two levels hold at every moment since `from`, not only now: the new owner must have been an owner all that time, and
 * the user must have had no members. Where the user works is not changed: assignments say where usage happens, not who
 * pays.
 *
 * Asked again it changes nothing.
 *
 * @throws RequestError NOT_FOUND, UNKNOWN_REFERENCE, TWO_LEVELS, MOMENT_IN_FUTURE, MOMENT_TOO_OLD, REASON_REQUIRED
 */
export function changeOwner(pool: Pool, change: Change, wanted: OwnerChange): Promise<OwnerChanged> {
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const from = momentOf(wanted, transaction.now);
      await readUser(transaction, wanted.userId);
      const { userId, accountOwnerId, reason } = wanted;
      const report = await giveToOwner(transaction, { userId, accountOwnerId, from, reason });
      return { ...report, from, user: await readUser(transaction, userId) };
    },
    wanted.isDryRun,
  );
}

/** {@link changeOwner} within a change; `from` is a moment of `momentOf`. */
export async function giveToOwner(
  transaction: AuditedTransaction,
  change: { userId: string; accountOwnerId: string | null; from: string; reason?: string | undefined },
): Promise<MoveReport> {
  const { userId, accountOwnerId, from, reason } = change;
  const payer = accountOwnerId ?? userId;
  if (accountOwnerId !== null) await requireTwoLevels(transaction, { userId, accountOwnerId, from });
  const { rowsOf } = transaction;
  if ((await rowsOf(IS_OWNED_SINCE, [userId, payer, from])).length > 0) return { eventCount: 0, moved: [] };
  const before = await rowsOf<OwnershipRow>(READ_OWNERSHIPS, [userId]);
  await rowsOf(FORGET_LATER, [userId, from]);
  await rowsOf(END_CURRENT, [userId, from]);
  await rowsOf(BEGIN_OWNERSHIP, [userId, payer, from]);
  await rowsOf(SET_OWNER, [userId, accountOwnerId]);
  const report = await moveUsageOfUser(transaction, { userId, accountOwnerId: payer, from });
  const after = await rowsOf<OwnershipRow>(READ_OWNERSHIPS, [userId]);
  await transaction.audit({
    action: 'change_owner',
    entity: 'users',
    entityId: userId,
    before: { ownerships: before },
    after: { accountOwnerId, from, ownerships: after, ...report },
    reason,
  });
  return report;
}

async function requireTwoLevels(
  transaction: AuditedTransaction,
  { userId, accountOwnerId, from }: { userId: string; accountOwnerId: string; from: string },
): Promise<void> {
  if (accountOwnerId === userId)
    throw new RequestError('TWO_LEVELS', 'nobody is their own member; null makes an owner');
  await readOwner(transaction, accountOwnerId);
  const [found] = await transaction.rowsOf<{ isOwnerMember: boolean; hasMembers: boolean }>(FIND_THIRD_LEVEL, [
    userId,
    accountOwnerId,
    from,
  ]);
  if (found?.isOwnerMember !== false)
    throw new RequestError('TWO_LEVELS', `${accountOwnerId} was a member at some time since then`);
  if (found.hasMembers)
    throw new RequestError('TWO_LEVELS', `${userId} has members, or had some since then, and cannot become one`);
}
