import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import {
  type AssignmentRow,
  beginAssignment,
  endAssignment,
  findAssignment,
  findAssignmentAt,
  readFollowers,
} from './assignments.ts';
import { type Moments, momentsOf } from './moment.ts';
import { type ClusterRow, readCluster } from './read-cluster.ts';
import { readUser, type UserRow } from './read-user.ts';
import { replaceAssignments } from './replace-assignments.ts';

/** The active cluster with the fewest users among those with room; the first by name among equals. */
const FIND_ROOM = `
select hopsworks_clusters.id
from hopsmeter.hopsworks_clusters
left join hopsmeter.user_hopsworks_assignments as assignment
  on assignment.hopsworks_cluster_id = hopsworks_clusters.id and assignment.ended_at is null
where hopsworks_clusters.status = 'active'
group by hopsworks_clusters.id
having count(assignment.id) < hopsworks_clusters.max_users
order by count(assignment.id), hopsworks_clusters.name collate "C"
limit 1
`;

export type Placement = Moments & {
  readonly userId: string;
  /**
   * Without it somebody who is on a cluster stays there; else an owner gets the active cluster with the fewest users, a
   * member the owner's cluster.
   */
  readonly clusterId?: string | undefined;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

/**
 * Puts a user on a cluster. One who is on a cluster already stays there, and that assignment is returned, unless
 * another cluster is named: then see {@link moveUser}.
 *
 * With `from` the user has been on the cluster since then, and with `until` up to then, whatever the history said of
 * that time; what was before and after stays. Who used counted usage does not change by it: a subject or a project says
 * that. Asked again it changes nothing.
 *
 * A cluster never has more users than it may: everybody who assigns takes turns at the directory's lock.
 *
 * @throws RequestError NOT_FOUND, UNKNOWN_REFERENCE, MEMBER_FOLLOWS_OWNER, OWNER_NOT_ASSIGNED, CLUSTER_INACTIVE,
 * CLUSTER_FULL, NO_CLUSTER_WITH_ROOM, MOMENT_IN_FUTURE, MOMENT_TOO_OLD, REASON_REQUIRED, USAGE_COUNTED_LATER when usage
 * is counted for another cluster that the user would not have been on.
 */
export function assignUser(pool: Pool, change: Change, wanted: Placement): Promise<Created<AssignmentRow>> {
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const user = await readUser(transaction, wanted.userId);
      const period = momentsOf(wanted, transaction.now);
      if (period === undefined) return placeUser(transaction, user, wanted.clusterId);
      return placeUserSince(transaction, user, { ...period, clusterId: wanted.clusterId, reason: wanted.reason });
    },
    wanted.isDryRun,
  );
}

/** {@link assignUser} within a change. */
export async function placeUser(
  transaction: AuditedTransaction,
  user: UserRow,
  wantedClusterId?: string,
): Promise<Created<AssignmentRow>> {
  const current = await findAssignment(transaction, user.id);
  if (current !== undefined && (wantedClusterId ?? current.clusterId) === current.clusterId)
    return { isCreated: false, value: current };
  const clusterId = await chooseCluster(transaction, user, wantedClusterId);
  const followers = current === undefined ? [] : await readFollowers(transaction, current);
  await requireRoom(transaction, clusterId, followers.length + 1);
  const place = async (userId: string): Promise<AssignmentRow> => {
    const ended = await endAssignment(transaction, userId);
    return beginAssignment(transaction, { userId, clusterId, ...(ended === undefined ? {} : { at: ended.endedAt }) });
  };
  for (const follower of followers) await place(follower);
  return { isCreated: true, value: await place(user.id) };
}

/** {@link assignUser} in the past: who is on the cluster until now follows the rules of now, and takes a place. */
async function placeUserSince(
  transaction: AuditedTransaction,
  user: UserRow,
  wanted: { from: string; until: string | null; clusterId: string | undefined; reason: string | undefined },
): Promise<Created<AssignmentRow>> {
  const { from, until, reason } = wanted;
  const current = await findAssignment(transaction, user.id);
  const isPast = until !== null;
  const clusterId =
    isPast && wanted.clusterId !== undefined
      ? (await readCluster(transaction, wanted.clusterId, 'UNKNOWN_REFERENCE')).id
      : (wanted.clusterId ?? current?.clusterId ?? (await chooseCluster(transaction, user, undefined)));
  if (!isPast && wanted.clusterId !== undefined) await chooseCluster(transaction, user, clusterId);
  const isMoving = !isPast && current?.clusterId !== clusterId;
  const followers = isMoving && current !== undefined ? await readFollowers(transaction, current) : [];
  if (isMoving) await requireRoom(transaction, clusterId, followers.length + 1);
  const period = { clusterId, from, until, reason };
  for (const follower of followers) await replaceAssignments(transaction, { ...period, userId: follower });
  const isCreated = await replaceAssignments(transaction, { ...period, userId: user.id });
  return { isCreated, value: await findAssignmentAt(transaction, user.id, from) };
}

/**
 * The cluster that a user may be put on: the wanted one, a member's owner's, or the one with most room.
 *
 * @throws RequestError UNKNOWN_REFERENCE, OWNER_NOT_ASSIGNED, MEMBER_FOLLOWS_OWNER, NO_CLUSTER_WITH_ROOM
 */
export async function chooseCluster(
  transaction: AuditedTransaction,
  user: UserRow,
  wantedClusterId: string | undefined,
): Promise<string> {
  if (wantedClusterId !== undefined) await readCluster(transaction, wantedClusterId, 'UNKNOWN_REFERENCE');
  if (user.accountOwnerId !== null) {
    const owners = await findAssignment(transaction, user.accountOwnerId);
    if (owners === undefined) throw new RequestError('OWNER_NOT_ASSIGNED', `assign ${user.accountOwnerId} first`);
    if (wantedClusterId !== undefined && wantedClusterId !== owners.clusterId)
      throw new RequestError('MEMBER_FOLLOWS_OWNER', `${user.accountOwnerId} is on the cluster ${owners.clusterId}`);
    return owners.clusterId;
  }
  if (wantedClusterId !== undefined) return wantedClusterId;
  const [found] = await transaction.rowsOf<{ id: string }>(FIND_ROOM);
  if (found === undefined) throw new RequestError('NO_CLUSTER_WITH_ROOM', 'make room on a cluster or add one');
  return found.id;
}

async function requireRoom(transaction: AuditedTransaction, clusterId: string, users: number): Promise<void> {
  const cluster = await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE');
  if (cluster.status !== 'active') throw new RequestError('CLUSTER_INACTIVE', `${cluster.name} is inactive`);
  requirePlaces(cluster, users);
}

/** @throws RequestError CLUSTER_FULL */
export function requirePlaces(cluster: ClusterRow, users: number): void {
  if (cluster.currentUsers + users > cluster.maxUsers)
    throw new RequestError('CLUSTER_FULL', `${cluster.name} has ${cluster.currentUsers} of ${cluster.maxUsers} users`);
}
