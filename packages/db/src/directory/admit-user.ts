import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { chooseCluster, requirePlaces } from './assign-user.ts';
import { beginAssignment, findAssignment } from './assignments.ts';
import { readCluster } from './read-cluster.ts';
import { readUser } from './read-user.ts';

/**
 * Writes down that a user is on a cluster on which they have been already. Other than an assignment it may be of an
 * inactive cluster, which takes no new users. A user who is on a cluster here stays there.
 *
 * @throws RequestError UNKNOWN_REFERENCE, OWNER_NOT_ASSIGNED, MEMBER_FOLLOWS_OWNER, CLUSTER_FULL
 */
export async function admitUser(transaction: AuditedTransaction, userId: string, clusterId: string): Promise<void> {
  const user = await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
  if ((await findAssignment(transaction, userId)) !== undefined) return;
  await chooseCluster(transaction, user, clusterId);
  requirePlaces(await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE'), 1);
  await beginAssignment(transaction, { userId, clusterId });
}
