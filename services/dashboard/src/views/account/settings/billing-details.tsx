import { useState } from 'react';
import { useMe } from '../../../session/use-session.ts';
import type { AccountFacts } from '../account-schemas.ts';
import { ChangeUser } from '../people/change-user.tsx';

/** To whom statements are addressed. */
export function BillingDetails({ account }: { readonly account: AccountFacts }) {
  const { isAdmin } = useMe();
  const [isChanging, setChanging] = useState(false);
  const { name, email, billingAddress } = account;
  return (
    <section className="card" aria-labelledby="settings-details">
      <div className="card-head">
        <h2 id="settings-details">Billing details</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setChanging(true)}>
            Change the details
          </button>
        ) : null}
      </div>
      <dl className="facts">
        <dt>Name</dt>
        <dd>{name ?? '–'}</dd>
        <dt>E-mail</dt>
        <dd>{email ?? '–'}</dd>
        <dt>Billed to</dt>
        <dd className="account-address">{billingAddress ?? 'name and e-mail'}</dd>
      </dl>
      {isChanging ? (
        <ChangeUser user={account} accountId={account.id} hasBillingAddress onClose={() => setChanging(false)} />
      ) : null}
    </section>
  );
}
