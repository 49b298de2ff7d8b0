import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { chooseCluster, requirePlaces } from '../directory/assign-user.ts';
import { findAssignment } from '../directory/assignments.ts';
import { readCluster } from '../directory/read-cluster.ts';
import { readUser } from '../directory/read-user.ts';
import { replaceAssignments } from '../directory/replace-assignments.ts';
import { endOnCluster } from './after-counted-usage.ts';

type ChangedAssignment = { readonly userId: string; readonly from: string; readonly reason: string };

/**
 * Puts a user on another cluster, where they are already: an inactive one too. The members of an owner are not moved
 * along: each has a row of their own.
 *
 * @throws RequestError UNKNOWN_REFERENCE, OWNER_NOT_ASSIGNED, MEMBER_FOLLOWS_OWNER, CLUSTER_FULL
 */
export async function moveAssignment(
  transaction: AuditedTransaction,
  { userId, clusterId, from, reason }: ChangedAssignment & { readonly clusterId: string },
): Promise<void> {
  await chooseCluster(transaction, await readUser(transaction, userId, 'UNKNOWN_REFERENCE'), clusterId);
  const current = await findAssignment(transaction, userId);
  if (current?.clusterId === clusterId) return;
  requirePlaces(await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE'), 1);
  const begin =
    current === undefined ? from : await endOnCluster(transaction, { userId, clusterId: current.clusterId, from });
  await replaceAssignments(transaction, { userId, clusterId, from: begin, until: null, reason });
}

/** Takes a user off their cluster. The members of an owner stay: each has a row of their own. */
export async function endAssignmentAt(
  transaction: AuditedTransaction,
  { userId, from, reason }: ChangedAssignment,
): Promise<void> {
  const current = await findAssignment(transaction, userId);
  if (current === undefined) return;
  const end = await endOnCluster(transaction, { userId, clusterId: current.clusterId, from });
  await replaceAssignments(transaction, { userId, clusterId: null, from: end, until: null, reason });
}
