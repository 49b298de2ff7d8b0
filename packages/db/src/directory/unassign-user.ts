import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { type AssignmentRow, endAssignment, findAssignment, readAssignments, readFollowers } from './assignments.ts';
import { momentOf, type Since } from './moment.ts';
import { readUser } from './read-user.ts';
import { replaceAssignments } from './replace-assignments.ts';

export type Unassignment = Since & {
  readonly userId: string;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

/**
 * Takes a user off their cluster, and with an owner the members who are on it. Their places are free from then on; the
 * past stays. With `from` they have been on no cluster since then. Asked again it changes nothing.
 *
 * @returns the assignment that ended; undefined when the user was on no cluster.
 * @throws RequestError NOT_FOUND, MOMENT_IN_FUTURE, MOMENT_TOO_OLD, REASON_REQUIRED, USAGE_COUNTED_LATER
 */
export function unassignUser(pool: Pool, change: Change, wanted: Unassignment): Promise<AssignmentRow | undefined> {
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const { userId, reason } = wanted;
      const from = momentOf(wanted, transaction.now);
      await readUser(transaction, userId);
      const current = await findAssignment(transaction, userId);
      const followers = current === undefined ? [] : await readFollowers(transaction, current);
      if (wanted.from === undefined) {
        for (const follower of followers) await endAssignment(transaction, follower);
        return current === undefined ? undefined : endAssignment(transaction, userId);
      }
      const period = { clusterId: null, from, until: null, reason };
      for (const follower of followers) await replaceAssignments(transaction, { ...period, userId: follower });
      await replaceAssignments(transaction, { ...period, userId });
      return (await readAssignments(transaction, userId)).find(({ endedAt }) => endedAt === from);
    },
    wanted.isDryRun,
  );
}
