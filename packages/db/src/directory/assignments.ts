import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';
import { isWithin } from '../sql/period.ts';

/** That a user is, or was, on a cluster; null where the period is open. */
export type AssignmentRow = {
  readonly id: string;
  readonly userId: string;
  readonly clusterId: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

const ASSIGNMENT_COLUMNS = `
  id, user_id as "userId", hopsworks_cluster_id as "clusterId",
  ${instantText('started_at')} as "startedAt", ${instantText('ended_at')} as "endedAt"
`;

/** The assignment of $1 that is open. */
const READ_ASSIGNMENT = `
select ${ASSIGNMENT_COLUMNS} from hopsmeter.user_hopsworks_assignments where user_id = $1 and ended_at is null
`;

/** The history of $1, the earliest first. */
const READ_ASSIGNMENTS = `
select ${ASSIGNMENT_COLUMNS} from hopsmeter.user_hopsworks_assignments where user_id = $1
order by user_hopsworks_assignments.started_at
`;

/** The assignment of $1 at the moment $2. */
const READ_ASSIGNMENT_AT = `
select ${ASSIGNMENT_COLUMNS} from hopsmeter.user_hopsworks_assignments
where user_id = $1 and ${isWithin('$2::timestamptz', 'user_hopsworks_assignments')}
`;

/** Who follows $1 on cluster $2: the members who are on it. */
const READ_FOLLOWERS = `
select users.id
from hopsmeter.users join hopsmeter.user_hopsworks_assignments as assignment on assignment.user_id = users.id
where users.account_owner_id = $1 and assignment.hopsworks_cluster_id = $2::uuid and assignment.ended_at is null
order by users.id collate "C"
`;

/**
 * Puts $1 on cluster $2 as of $3, or as of the end of the period before when that is later: clocks can be set back.
 *
 * A user who never was on any cluster is taken to have been on this one always: usage that was reported before has no
 * other cluster to come from, and what was parked for the missing assignment can be counted.
 *
 * Locks: the directory must be held, and the room on the cluster be checked under it. A second open period breaks an
 * exclusion constraint.
 */
const BEGIN_ASSIGNMENT = `
insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
select $1, $2::uuid, case when count(*) = 0 then '-infinity' else greatest(max(ended_at), $3::timestamptz) end
from hopsmeter.user_hopsworks_assignments where user_id = $1
returning ${ASSIGNMENT_COLUMNS}
`;

/**
 * Ends the open assignment of $1 as of $2, and never before it began. The period stays: usage of that time is counted
 * on that cluster whenever it arrives. Usage that was counted ahead of our clock stays counted too.
 */
const END_ASSIGNMENT = `
update hopsmeter.user_hopsworks_assignments
  set ended_at = greatest($2::timestamptz, started_at + interval '1 microsecond')
where user_id = $1 and ended_at is null
returning ${ASSIGNMENT_COLUMNS}
`;

/** Reads where a user is now; undefined when nowhere. */
export async function findAssignment(
  { rowsOf }: AuditedTransaction,
  userId: string,
): Promise<AssignmentRow | undefined> {
  return (await rowsOf<AssignmentRow>(READ_ASSIGNMENT, [userId]))[0];
}

/** Reads where a user was when. */
export function readAssignments({ rowsOf }: AuditedTransaction, userId: string): Promise<readonly AssignmentRow[]> {
  return rowsOf<AssignmentRow>(READ_ASSIGNMENTS, [userId]);
}

/** Reads where a user was at a moment at which they were somewhere. */
export async function findAssignmentAt(
  { rowsOf }: AuditedTransaction,
  userId: string,
  at: string,
): Promise<AssignmentRow> {
  const [assignment] = await rowsOf<AssignmentRow>(READ_ASSIGNMENT_AT, [userId, at]);
  if (assignment === undefined) throw new Error(`${userId} was on no cluster at ${at}`);
  return assignment;
}

/** The members who are on the cluster of their owner. */
export async function readFollowers(
  { rowsOf }: AuditedTransaction,
  { userId, clusterId }: { readonly userId: string; readonly clusterId: string },
): Promise<readonly string[]> {
  return (await rowsOf<{ id: string }>(READ_FOLLOWERS, [userId, clusterId])).map(({ id }) => id);
}

/** Puts a user on a cluster with {@link BEGIN_ASSIGNMENT}, at `at` or now. */
export async function beginAssignment(
  transaction: AuditedTransaction,
  { userId, clusterId, at = transaction.now }: { userId: string; clusterId: string; at?: string | null },
): Promise<AssignmentRow> {
  const [begun] = await transaction.rowsOf<AssignmentRow>(BEGIN_ASSIGNMENT, [userId, clusterId, at]);
  if (begun === undefined) throw new Error('the assignment was not inserted');
  await transaction.audit({
    action: 'assign_user',
    entity: 'user_hopsworks_assignments',
    entityId: begun.id,
    after: begun,
  });
  return begun;
}

/** Takes a user off their cluster with {@link END_ASSIGNMENT}; undefined when they were on none. */
export async function endAssignment(
  transaction: AuditedTransaction,
  userId: string,
): Promise<AssignmentRow | undefined> {
  const before = await findAssignment(transaction, userId);
  const [ended] = await transaction.rowsOf<AssignmentRow>(END_ASSIGNMENT, [userId, transaction.now]);
  if (ended !== undefined)
    await transaction.audit({
      action: 'unassign_user',
      entity: 'user_hopsworks_assignments',
      entityId: ended.id,
      before,
      after: ended,
    });
  return ended;
}
