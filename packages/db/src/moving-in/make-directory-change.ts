import type { DirectoryChange } from '@hopsmeter/usage';
import { admitUser } from '../directory/admit-user.ts';
import type { DirectoryTransaction } from '../directory/change-directory.ts';
import { addCluster } from '../directory/create-cluster.ts';
import { addProject } from '../directory/create-project.ts';
import { addUser } from '../directory/create-user.ts';
import { readOwner } from '../directory/read-user.ts';
import { replaceAssignments } from '../directory/replace-assignments.ts';
import { addGrant } from '../grants/grant-credit.ts';

/** Why, in the audit log. */
const REASON = 'moved in from the application database';

/** Makes one change of a plan, with the rules and the audit rows that the api has for it. @throws RequestError what a rule says. */
export async function makeDirectoryChange(
  transaction: DirectoryTransaction,
  actorId: string,
  change: DirectoryChange,
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
      else await replaceAssignments(transaction, { userId, clusterId, from: '-infinity', until, reason: REASON });
      return;
    }
    case 'create_project': {
      const { clusterId, namespace, userId } = change;
      const period = { startedAt: change.startedAt ?? undefined, endedAt: change.endedAt ?? undefined };
      await addProject(transaction, { clusterId, namespace, userId, ...period, reason: REASON });
      return;
    }
    case 'grant_credit': {
      const { accountOwnerId, reference, amount, validFrom } = change;
      const grant = { accountOwnerId, reference, amount, validFrom, expiresOn: null, reason: REASON };
      await readOwner(transaction, accountOwnerId);
      await addGrant(transaction, actorId, grant);
    }
  }
}
