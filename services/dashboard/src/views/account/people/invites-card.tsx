import { useState } from 'react';
import { useApiPages } from '../../../api/client.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Time } from '../../../parts/day.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { type Health, HealthBadge } from '../../../parts/health-badge.tsx';
import { MoreButton } from '../../../parts/more-button.tsx';
import { CreateInvite } from './create-invite.tsx';
import { type Invite, invitesSchema } from './people-schemas.ts';
import { RevokeInvite } from './revoke-invite.tsx';

const STATUSES: Readonly<Record<Invite['status'], readonly [Health, string]>> = {
  pending: ['watch', 'Waiting'],
  accepted: ['good', 'Accepted'],
  revoked: ['unknown', 'Revoked'],
  expired: ['unknown', 'Expired'],
};

/** Who was invited into the account. Billing staff and the account's owner invite. */
export function InvitesCard({ id }: { readonly id: string }) {
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<Invite>();
  const invites = useApiPages('/v1/invites', { accountOwnerId: id }, invitesSchema);
  return (
    <section className="card" aria-labelledby="people-invites">
      <div className="card-head">
        <h2 id="people-invites">Invitations</h2>
        <button type="button" className="button" onClick={() => setCreating(true)}>
          Invite somebody
        </button>
      </div>
      <Answer of={invites} label="Loading the invitations">
        {({ pages }) => (
          <DataTable
            caption="Invitations"
            columns={columnsOf(setRevoked)}
            rows={pages.flatMap((page) => page.invites)}
            rowKey={(invite) => invite.id}
            empty={
              <Empty title="No one has been invited.">
                Invite someone to get a link for them: whoever opens it and signs in becomes a member.
              </Empty>
            }
          />
        )}
      </Answer>
      <MoreButton of={invites} />
      {isCreating ? <CreateInvite id={id} onClose={() => setCreating(false)} /> : null}
      {revoked === undefined ? null : <RevokeInvite id={id} invite={revoked} onClose={() => setRevoked(undefined)} />}
    </section>
  );
}

function columnsOf(onRevoke: (invite: Invite) => void): readonly Column<Invite>[] {
  return [
    { key: 'email', heading: 'E-mail', isRowHeader: true, render: ({ email }) => email },
    {
      key: 'status',
      heading: 'Status',
      render: ({ status }) => <HealthBadge health={STATUSES[status][0]}>{STATUSES[status][1]}</HealthBadge>,
    },
    { key: 'created', heading: 'Invited', render: ({ createdAt }) => <Time time={createdAt} /> },
    { key: 'expires', heading: 'Valid until', render: ({ expiresAt }) => <Time time={expiresAt} /> },
    {
      key: 'revoke',
      heading: <span className="visually-hidden">Revoke</span>,
      render: (invite) =>
        invite.status === 'pending' ? (
          <button type="button" className="link-button" onClick={() => onRevoke(invite)}>
            Revoke<span className="visually-hidden"> the invitation of {invite.email}</span>
          </button>
        ) : null,
    },
  ];
}
