import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { generateInviteToken, hashInviteToken } from './invite-token.ts';
import { INVITE_COLUMNS, type InviteRow } from './read-invite.ts';
import { readOwner } from './read-user.ts';

/** Long enough for a holiday week, short enough that a forgotten link is no door. */
export const INVITE_DAYS = 7;

export type NewInvite = { readonly accountOwnerId: string; readonly email: string };

/** An invitation and its secret, which is nowhere else. */
export type CreatedInvite = { readonly invite: InviteRow; readonly token: string };

/** The invitation of $1 for address $2, in upper or lower case, that was neither accepted nor revoked. */
const FIND_OPEN_INVITE = `
select ${INVITE_COLUMNS} from hopsmeter.team_invites
where account_owner_id = $1 and lower(email) = lower($2) and accepted_at is null and revoked_at is null
`;

/** Makes room for a new invitation where $1 has expired. */
const REPLACE_INVITE = 'update hopsmeter.team_invites set revoked_at = $2::timestamptz where id = $1::uuid';

/** Adds an invitation: $1 owner, $2 address, $3 SHA-256 of the token, $4 moment, $5 days that it is good for. */
const CREATE_INVITE = `
insert into hopsmeter.team_invites (account_owner_id, email, token_hash, created_at, expires_at)
values ($1, $2, $3, $4::timestamptz, $4::timestamptz + make_interval(days => $5::integer))
returning ${INVITE_COLUMNS}
`;

/**
 * Invites an address into an account's team for {@link INVITE_DAYS} days. An account has one open invitation for an
 * address; one that has expired is replaced.
 *
 * Not to be asked again without looking: the token of the first answer cannot be shown a second time. Revoke the
 * invitation and make another.
 *
 * @throws RequestError UNKNOWN_REFERENCE, TWO_LEVELS when a member invites, INVITE_PENDING
 */
export function createInvite(pool: Pool, change: Change, wanted: NewInvite): Promise<CreatedInvite> {
  const { accountOwnerId, email } = wanted;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const { now, rowsOf } = transaction;
    await readOwner(transaction, accountOwnerId);
    const [open] = await rowsOf<InviteRow>(FIND_OPEN_INVITE, [accountOwnerId, email]);
    if (open?.status === 'pending') throw new RequestError('INVITE_PENDING', `${open.id}, until ${open.expiresAt}`);
    if (open !== undefined) await rowsOf(REPLACE_INVITE, [open.id, now]);
    const token = generateInviteToken();
    const parameters = [accountOwnerId, email, hashInviteToken(token), now, INVITE_DAYS];
    const [invite] = await rowsOf<InviteRow>(CREATE_INVITE, parameters);
    if (invite === undefined) throw new Error('the invitation was not inserted');
    await transaction.audit({
      action: 'create_invite',
      entity: 'team_invites',
      entityId: invite.id,
      before: open,
      after: invite,
    });
    return { invite, token };
  });
}
