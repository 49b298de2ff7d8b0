import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { placeUser } from './assign-user.ts';
import { findAssignment } from './assignments.ts';
import { giveToOwner } from './change-owner.ts';
import { addUser } from './create-user.ts';
import { hashInviteToken } from './invite-token.ts';
import { INVITE_COLUMNS, type InviteRow } from './read-invite.ts';
import { findUser, readUser, type UserRow } from './read-user.ts';

export type Acceptance = {
  readonly token: string;
  /** Who accepts. Somebody new is added, with the address that was invited. */
  readonly userId: string;
  /** Name of a new user. */
  readonly name?: string | undefined;
};

export type Accepted = { readonly invite: InviteRow; readonly user: UserRow };

/** The invitation whose token has the SHA-256 $1. */
const FIND_INVITE = `select ${INVITE_COLUMNS} from hopsmeter.team_invites where token_hash = $1`;

/** Marks $1 as accepted at $3 by $2. */
const ACCEPT_INVITE = `
update hopsmeter.team_invites set accepted_at = $3::timestamptz, accepted_by_user_id = $2 where id = $1::uuid
returning ${INVITE_COLUMNS}
`;

/**
 * Accepts an invitation: the user becomes a member of the account from now on and is put on the cluster that its owner
 * is on; where the owner is on none, the user is left where they are. All of it or nothing.
 *
 * An invitation is used once: everybody takes turns at the directory's lock. The same user who asks again gets the same
 * answer.
 *
 * @throws RequestError NOT_FOUND for a token that is nobody's, INVITE_ENDED, TWO_LEVELS, ALREADY_MEMBER of another
 * account, CLUSTER_FULL, CLUSTER_INACTIVE
 */
export function acceptInvite(pool: Pool, change: Change, wanted: Acceptance): Promise<Accepted> {
  const { token, userId, name } = wanted;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const [invite] = await transaction.rowsOf<InviteRow>(FIND_INVITE, [hashInviteToken(token)]);
    if (invite === undefined) throw new RequestError('NOT_FOUND', 'there is no such invitation');
    if (invite.acceptedByUserId === userId) return { invite, user: await readUser(transaction, userId) };
    if (invite.status !== 'pending') throw new RequestError('INVITE_ENDED', `the invitation is ${invite.status}`);
    await join(transaction, invite, { userId, name });
    await follow(transaction, invite.accountOwnerId, userId);
    const parameters = [invite.id, userId, transaction.now];
    const [accepted] = await transaction.rowsOf<InviteRow>(ACCEPT_INVITE, parameters);
    if (accepted === undefined) throw new Error('the invitation was not changed');
    const entry = { action: 'accept_invite', entity: 'team_invites', entityId: invite.id };
    await transaction.audit({ ...entry, before: invite, after: accepted });
    return { invite: accepted, user: await readUser(transaction, userId) };
  });
}

/** Makes the user a member; adds them first when nobody knows them. */
async function join(
  transaction: AuditedTransaction,
  { accountOwnerId, email }: InviteRow,
  { userId, name }: { userId: string; name: string | undefined },
): Promise<void> {
  const user = await findUser(transaction, userId);
  if (user === undefined) {
    await addUser(transaction, { id: userId, email, name: name ?? null, accountOwnerId });
    return;
  }
  if (user.accountOwnerId !== null && user.accountOwnerId !== accountOwnerId)
    throw new RequestError('ALREADY_MEMBER', `${userId} is a member of another account and must leave it first`);
  await giveToOwner(transaction, { userId, accountOwnerId, from: transaction.now });
}

/** Puts the user on the owner's cluster, where there is one. */
async function follow(transaction: AuditedTransaction, accountOwnerId: string, userId: string): Promise<void> {
  const owners = await findAssignment(transaction, accountOwnerId);
  if (owners === undefined) return;
  await placeUser(transaction, await readUser(transaction, userId), owners.clusterId);
}
