import type { ApplicationUser } from '../application-rows.ts';
import type { DirectoryChange, OurDirectory } from '../directory-plan.ts';
import { ownerOf } from '../plan-users.ts';
import { chooseMoment } from './choose-moment.ts';
import type { FollowedRow } from './followed-rows.ts';
import { compare, type RowPlan } from './row-plan.ts';

/** Plans what a user whom hopsmeter has says anew: each thing by itself, so that one contradiction stops no other. */
export function followUser(
  user: ApplicationUser,
  our: OurDirectory['users'][number],
  followed: FollowedRow<ApplicationUser> | undefined,
  now: string,
): RowPlan {
  const row = { table: 'users', key: user.id } as const;
  const agreed = followed?.agreed ?? undefined;
  const changes: DirectoryChange[] = [];
  const problems: string[] = [];
  const next = { ...user };

  const names = {
    email: compare(user.email, agreed?.email, our.email),
    name: compare(user.name, agreed?.name, our.name),
  };
  if (names.email === 'contradicts') {
    problems.push(`hopsmeter has the e-mail address ${our.email ?? 'none'}`);
    next.email = agreed?.email ?? our.email;
  }
  if (names.name === 'contradicts') {
    problems.push(`hopsmeter has the name ${our.name ?? 'none'}`);
    next.name = agreed?.name ?? our.name;
  }
  if (names.email === 'changed' || names.name === 'changed')
    changes.push({
      ...row,
      kind: 'change_user',
      userId: user.id,
      email: names.email === 'changed' ? user.email : undefined,
      name: names.name === 'changed' ? user.name : undefined,
    });

  const owner = ownerOf(user);
  const agreedOwner = agreed === undefined ? undefined : ownerOf(agreed);
  const from = chooseMoment({
    own: user.updatedAt,
    ownBefore: agreed?.updatedAt ?? null,
    now,
    boundary: our.ownedSince,
    agreedBoundary: followed?.boundary ?? null,
  });
  const ownership = compare(owner, agreedOwner, our.accountOwnerId);
  let boundary = followed?.boundary ?? null;
  if (ownership === 'same') boundary = owner === agreedOwner ? boundary : our.ownedSince;
  else if (ownership === 'changed' && from !== undefined) {
    boundary = from;
    changes.push({ ...row, kind: 'change_owner', userId: user.id, accountOwnerId: owner, from });
  } else {
    const since = our.ownedSince === null ? '' : ` since ${our.ownedSince}`;
    problems.push(`hopsmeter has the owner ${our.accountOwnerId ?? 'none'}${since}`);
    next.accountOwnerId = agreedOwner === undefined ? our.accountOwnerId : agreedOwner;
  }

  const isSuspended = user.status === 'suspended';
  if (agreed !== undefined && isSuspended !== (agreed.status === 'suspended') && user.deletedAt === null)
    changes.push({
      ...row,
      kind: isSuspended ? 'suspend_user' : 'resume_user',
      userId: user.id,
      from: from ?? now,
    });
  const problem = problems.length === 0 ? null : ({ kind: 'contradiction', reason: problems.join(', ') } as const);
  return { ...row, changes, content: user, agreed: next, boundary, problem };
}
