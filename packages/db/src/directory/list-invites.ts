import type { Pool } from '../connection/pool.ts';
import { INVITE_COLUMNS, type InviteRow, type InviteStatus } from './read-invite.ts';

/**
 * A page of invitations, the newest first. Parameters: $1 owner or NULL, $2 status or NULL, $3 and $4 moment and id of
 * the last invitation seen or NULL, $5 number of rows.
 */
const LIST_INVITES = `
select *
from (select ${INVITE_COLUMNS}, team_invites.created_at as position from hopsmeter.team_invites) as invites
where ($1::text is null or "accountOwnerId" = $1)
  and ($2::text is null or status = $2)
  and ($3::timestamptz is null or (position, id) < ($3, $4::uuid))
order by position desc, id desc
limit $5::integer
`;

export type InvitesQuery = {
  readonly accountOwnerId?: string | undefined;
  readonly status?: InviteStatus | undefined;
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists invitations with {@link LIST_INVITES}. */
export async function listInvites(pool: Pool, query: InvitesQuery): Promise<readonly InviteRow[]> {
  const { accountOwnerId, status, after, limit } = query;
  const parameters = [accountOwnerId ?? null, status ?? null, after?.createdAt ?? null, after?.id ?? null, limit];
  const { rows } = await pool.query<InviteRow & { readonly position: unknown }>(LIST_INVITES, parameters);
  return rows.map(({ position: _, ...invite }) => invite);
}
