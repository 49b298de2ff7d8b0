import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../../address/addresses.ts';
import { useApi } from '../../../api/client.ts';
import { formatMonth } from '../../../format/date.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Day } from '../../../parts/day.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { Money } from '../../../parts/money.tsx';
import { useMe } from '../../../session/use-session.ts';
import { type Grant, grantsSchema } from '../account-schemas.ts';
import { GRANT_STATUSES } from '../grant-statuses.ts';
import { GrantBalance } from './grant-balance.tsx';
import { GrantCredit } from './grant-credit.tsx';
import { RevokeGrant } from './revoke-grant.tsx';

/** What the account has paid ahead or was given, and what statements drew from it. */
export function GrantsCard({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [isGranting, setGranting] = useState(false);
  const [revoked, setRevoked] = useState<Grant>();
  const grants = useApi(`/v1/accounts/${encodeURIComponent(id)}/grants`, {}, grantsSchema);
  return (
    <section className="card" aria-labelledby="settings-grants">
      <div className="card-head">
        <h2 id="settings-grants">Prepaid credit</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setGranting(true)}>
            Grant credit
          </button>
        ) : null}
      </div>
      <Answer of={grants} label="Loading the prepaid credit">
        {(data) => (
          <>
            {data.grants.length === 0 ? null : <GrantBalance balance={data.balance} />}
            <DataTable
              caption="Prepaid grants"
              columns={columnsOf(id, isAdmin ? setRevoked : undefined)}
              rows={data.grants}
              rowKey={(grant) => grant.id}
              empty={
                <Empty title="There is no prepaid credit.">
                  {isAdmin
                    ? 'Grant credit when the account has paid ahead: statements draw from it first.'
                    : 'Prepaid credit appears here, and statements draw from it first.'}
                </Empty>
              }
            />
          </>
        )}
      </Answer>
      {isGranting ? <GrantCredit id={id} onClose={() => setGranting(false)} /> : null}
      {revoked === undefined ? null : <RevokeGrant id={id} grant={revoked} onClose={() => setRevoked(undefined)} />}
    </section>
  );
}

function columnsOf(id: string, onRevoke: ((grant: Grant) => void) | undefined): readonly Column<Grant>[] {
  return [
    {
      key: 'reason',
      heading: 'Grant',
      isRowHeader: true,
      render: ({ reason, reference, revokeReason, carriedFrom }) => (
        <>
          {reference ?? reason}
          <span className="account-note quiet">
            {carriedFrom === null ? null : (
              <Link href={addresses.statement(id, carriedFrom.month)}>
                Left by statement {carriedFrom.number} of {formatMonth(carriedFrom.month)}
              </Link>
            )}
            {reference === null ? null : reason}
            {revokeReason === null ? null : ` Revoked: ${revokeReason}`}
          </span>
        </>
      ),
    },
    { key: 'status', heading: 'Status', render: ({ status }) => GRANT_STATUSES[status] },
    { key: 'from', heading: 'Valid from', render: ({ validFrom }) => <Day day={validFrom} /> },
    {
      key: 'until',
      heading: 'Expires on',
      render: ({ expiresOn }) => (expiresOn === null ? 'never' : <Day day={expiresOn} />),
    },
    { key: 'amount', heading: 'Amount', align: 'right', render: ({ amount }) => <Money amount={amount} /> },
    {
      key: 'drawn',
      heading: 'Drawn',
      align: 'right',
      render: ({ drawn, draws }) => (
        <>
          <Money amount={drawn} />
          {draws.map(({ month, number, amount }) => (
            <span key={number} className="account-note quiet">
              <Link href={addresses.statement(id, month)}>{formatMonth(month)}</Link>: <Money amount={amount} />
            </span>
          ))}
        </>
      ),
    },
    ...(onRevoke === undefined
      ? []
      : [
          {
            key: 'revoke',
            heading: <span className="visually-hidden">Revoke</span>,
            render: (grant: Grant) =>
              grant.status === 'revoked' ? null : (
                <button
                  type="button"
                  className="link-button"
                  aria-label={`Revoke the grant “${grant.reference ?? grant.reason}”`}
                  onClick={() => onRevoke(grant)}
                >
                  Revoke
                </button>
              ),
          },
        ]),
  ];
}
