import type { DirectoryChange } from '../directory-plan.ts';
import type { AliasPlans } from '../plan-aliases.ts';
import type { FollowedAssignment } from './followed-rows.ts';
import type { RowPlan } from './row-plan.ts';

/**
 * Adds what an assignment says anew of the name by which its cluster calls the user. A name that the user had there and
 * has no longer ends; without one the application says nothing.
 *
 * @param plan of where the user is: the alias follows it where nothing contradicts it.
 */
export function followAlias(
  plan: RowPlan,
  content: FollowedAssignment,
  agreed: FollowedAssignment | undefined,
  aliases: AliasPlans,
  now: string,
): RowPlan {
  if (plan.problem !== null) return plan;
  const row = { table: 'user_hopsworks_assignments', key: content.userId } as const;
  const isOnCluster = agreed !== undefined && agreed.clusterId === content.clusterId;
  const known = isOnCluster ? agreed.alias : null;
  const isChanged = !isOnCluster || (content.alias !== null && content.alias !== known);
  const moved = plan.changes.find((change) => change.kind === 'move_user' || change.kind === 'unassign_user');
  const from = moved?.from ?? now;
  const ended = isChanged ? endOf(agreed, aliases, from) : undefined;
  const changes: DirectoryChange[] = ended === undefined ? [] : [{ ...row, kind: 'end_alias', aliasId: ended, from }];
  const named = content.alias === null ? undefined : aliases.of(content.userId);
  // One that ended begins again for a user who comes back to the cluster; else somebody ended it who knew why.
  if (named?.kind === 'new' || (named?.kind === 'ended' && agreed !== undefined && !isOnCluster))
    return { ...plan, changes: [...plan.changes, ...changes, named.change] };
  const alias = content.alias ?? known;
  const next = { ...plan, agreed: { ...content, alias }, changes: [...plan.changes, ...changes] };
  if (named === undefined || named.kind === 'kept') return next;
  const problem = { kind: 'contradiction', reason: named.reason } as const;
  return { ...next, agreed: { ...content, alias: known }, problem };
}

/** The alias on which both had agreed, unless somebody began it later. */
function endOf(agreed: FollowedAssignment | undefined, aliases: AliasPlans, from: string): string | undefined {
  if (agreed === undefined || agreed.clusterId === null || agreed.alias === null) return undefined;
  const { clusterId, alias, userId } = agreed;
  const open = aliases.findOpen({ clusterId, alias, userId });
  return open === undefined || (open.startedAt !== null && open.startedAt >= from) ? undefined : open.id;
}
