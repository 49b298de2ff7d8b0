import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { INVITE_COLUMNS, type InviteRow } from './read-invite.ts';

export type Revocation = {
  readonly inviteId: string;
  /** Given, only an invitation of this account is found. */
  readonly accountOwnerId?: string | undefined;
};

/** The invitation $1, of account $2 unless that is NULL. */
const FIND_INVITE = `
select ${INVITE_COLUMNS} from hopsmeter.team_invites where id = $1::uuid and ($2::text is null or account_owner_id = $2)
`;

/** Revokes $1 at $2. */
const REVOKE_INVITE = `
update hopsmeter.team_invites set revoked_at = $2::timestamptz where id = $1::uuid returning ${INVITE_COLUMNS}
`;

/**
 * Revokes an invitation. Asked again it returns it as it is.
 *
 * @throws RequestError NOT_FOUND, INVITE_ENDED if accepted
 */
export function revokeInvite(pool: Pool, change: Change, wanted: Revocation): Promise<InviteRow> {
  const { inviteId, accountOwnerId } = wanted;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const [before] = await transaction.rowsOf<InviteRow>(FIND_INVITE, [inviteId, accountOwnerId ?? null]);
    if (before === undefined) throw new RequestError('NOT_FOUND', `there is no invitation ${inviteId}`);
    if (before.status === 'accepted') throw new RequestError('INVITE_ENDED', 'the invitation is accepted');
    if (before.status === 'revoked') return before;
    const [revoked] = await transaction.rowsOf<InviteRow>(REVOKE_INVITE, [inviteId, transaction.now]);
    if (revoked === undefined) throw new Error('the invitation was not changed');
    const entry = { action: 'revoke_invite', entity: 'team_invites', entityId: inviteId };
    await transaction.audit({ ...entry, before, after: revoked });
    return revoked;
  });
}
