import type { DirectoryChange } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { admitUser } from '../directory/admit-user.ts';
import { setCluster } from '../directory/change-cluster.ts';
import { giveToOwner } from '../directory/change-owner.ts';
import { setUser } from '../directory/change-user.ts';
import { addCluster } from '../directory/create-cluster.ts';
import { addProject } from '../directory/create-project.ts';
import { addUser } from '../directory/create-user.ts';
import { endAliasAfterUsage } from '../directory/end-alias.ts';
import { giveProject } from '../directory/hand-over-project.ts';
import { readAlias } from '../directory/read-alias.ts';
import { readOwner } from '../directory/read-user.ts';
import { replaceAssignments } from '../directory/replace-assignments.ts';
import { addAlias } from '../directory/set-alias.ts';
import { addGrant } from '../grants/grant-credit.ts';
import { endAssignmentAt, moveAssignment } from './change-assignment.ts';
import { endProjectAt, moveProject, reopenProject } from './change-project-time.ts';

/** Why, in the audit log. */
export type MovingInReason = 'moved in from the application database' | 'changed in the application';

/**
 * Makes one change of a plan, with the rules and the audit rows that the api has for it.
 *
 * @throws RequestError what a rule says.
 */
export async function makeDirectoryChange(
  transaction: AuditedTransaction,
  actorId: string,
  change: DirectoryChange,
  reason: MovingInReason,
): Promise<void> {
  switch (change.kind) {
    case 'create_cluster': {
      const { clusterId: id, name, maxUsers, status } = change;
      await addCluster(transaction, { id, name, maxUsers, status });
      return;
    }
    case 'create_user': {
      const { userId: id, email, name, accountOwnerId } = change;
      await addUser(transaction, { id, email, name, accountOwnerId });
      return;
    }
    case 'assign_user': {
      const { userId, clusterId, until } = change;
      if (until === null) await admitUser(transaction, userId, clusterId);
      else await replaceAssignments(transaction, { userId, clusterId, from: '-infinity', until, reason });
      return;
    }
    case 'set_alias': {
      const { clusterId, alias, userId } = change;
      const period = { startedAt: change.startedAt ?? undefined, endedAt: change.endedAt ?? undefined };
      await addAlias(transaction, { clusterId, alias, userId, ...period, mayBeginLater: true, reason });
      return;
    }
    case 'create_project': {
      const { clusterId, namespace, userId } = change;
      const period = { startedAt: change.startedAt ?? undefined, endedAt: change.endedAt ?? undefined };
      await addProject(transaction, { clusterId, namespace, userId, ...period, reason });
      return;
    }
    case 'grant_credit': {
      const { accountOwnerId, reference, amount, validFrom } = change;
      const grant = { accountOwnerId, reference, amount, validFrom, expiresOn: null, reason };
      await readOwner(transaction, accountOwnerId);
      await addGrant(transaction, actorId, grant);
      return;
    }
    case 'change_cluster': {
      const { clusterId, name, maxUsers, status } = change;
      await setCluster(transaction, clusterId, { name, maxUsers, status }, reason);
      return;
    }
    case 'change_user': {
      const { userId, email, name } = change;
      await setUser(transaction, userId, { email, name }, reason);
      return;
    }
    case 'change_owner':
      await giveToOwner(transaction, { ...change, reason });
      return;
    case 'suspend_user':
    case 'resume_user': {
      const { kind: action, userId: entityId, from } = change;
      await transaction.audit({ action, entity: 'users', entityId, after: { from }, reason });
      return;
    }
    case 'move_user':
      await moveAssignment(transaction, { ...change, reason });
      return;
    case 'unassign_user':
      await endAssignmentAt(transaction, { ...change, reason });
      return;
    case 'end_alias': {
      const alias = await readAlias(transaction, change.aliasId);
      if (alias.endedAt === null) await endAliasAfterUsage(transaction, alias, { from: change.from, reason });
      return;
    }
    case 'end_project':
      await endProjectAt(transaction, { ...change, reason });
      return;
    case 'reopen_project':
      await reopenProject(transaction, { ...change, reason });
      return;
    case 'hand_over_project':
      await giveProject(transaction, { ...change, reason });
      return;
    case 'move_project':
      await moveProject(transaction, { ...change, reason });
  }
}
