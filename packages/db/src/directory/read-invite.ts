import { instantText } from '../sql/instant.ts';

export type InviteStatus = 'pending' | 'accepted' | 'revoked' | 'expired';

/** An invitation as lists and answers show one. Its token is not here: it is shown once, when it is made. */
export type InviteRow = {
  readonly id: string;
  readonly accountOwnerId: string;
  readonly email: string;
  readonly status: InviteStatus;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly acceptedAt: string | null;
  readonly acceptedByUserId: string | null;
  readonly revokedAt: string | null;
};

/** Columns of an {@link InviteRow} of `team_invites`. What has expired is decided by the database's clock. */
export const INVITE_COLUMNS = `
  team_invites.id, team_invites.account_owner_id as "accountOwnerId", team_invites.email,
  case
    when team_invites.accepted_at is not null then 'accepted'
    when team_invites.revoked_at is not null then 'revoked'
    when team_invites.expires_at <= clock_timestamp() then 'expired'
    else 'pending'
  end as status,
  ${instantText('team_invites.created_at')} as "createdAt",
  ${instantText('team_invites.expires_at')} as "expiresAt",
  ${instantText('team_invites.accepted_at')} as "acceptedAt",
  team_invites.accepted_by_user_id as "acceptedByUserId",
  ${instantText('team_invites.revoked_at')} as "revokedAt"
`;
