import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addAcceptInvite } from './accept-invite.ts';
import { addAssignUser } from './assign-user.ts';
import { addChangeCluster } from './change-cluster.ts';
import { addChangeOwner } from './change-owner.ts';
import { addChangeProject } from './change-project.ts';
import { addChangeUser } from './change-user.ts';
import { addCreateCluster } from './create-cluster.ts';
import { addCreateInvite } from './create-invite.ts';
import { addCreateProject } from './create-project.ts';
import { addCreateUser } from './create-user.ts';
import { addEndAlias } from './end-alias.ts';
import { addEndAssignment } from './end-assignment.ts';
import { addEndProject } from './end-project.ts';
import { addHandOverProject } from './hand-over-project.ts';
import { addListAliases } from './list-aliases.ts';
import { addListAuditLog } from './list-audit-log.ts';
import { addListClusters } from './list-clusters.ts';
import { addListInvites } from './list-invites.ts';
import { addListProjects } from './list-projects.ts';
import { addListUsers } from './list-users.ts';
import { addReadCluster } from './read-cluster.ts';
import { addRevokeInvite } from './revoke-invite.ts';
import { addSetAlias } from './set-alias.ts';
import { addUnassignUser } from './unassign-user.ts';

/** Everything that changes the directory, and its lists. Part of the scope below /v1, which guards it. */
export async function addAdmin(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    const routes = [
      [addListUsers, addCreateUser, addChangeUser, addChangeOwner],
      [addAssignUser, addUnassignUser, addEndAssignment],
      [addListInvites, addCreateInvite, addAcceptInvite, addRevokeInvite],
      [addListClusters, addReadCluster, addCreateCluster, addChangeCluster],
      [addListAliases, addSetAlias, addEndAlias],
      [addListProjects, addCreateProject, addChangeProject, addEndProject, addHandOverProject],
      [addListAuditLog],
    ];
    for (const addRoute of routes.flat()) addRoute(app, pool);
  });
}
