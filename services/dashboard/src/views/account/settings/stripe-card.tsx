import { useState } from 'react';
import { useApi } from '../../../api/client.ts';
import { addDays, today } from '../../../format/date.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Day } from '../../../parts/day.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { useMe } from '../../../session/use-session.ts';
import { EndStripeCustomer } from './end-stripe-customer.tsx';
import { RemittancesCard } from './remittances-card.tsx';
import { SetStripeCustomer } from './set-stripe-customer.tsx';
import { StripeMonths } from './stripe-months.tsx';
import { type StripePeriod, stripeSchema } from './stripe-schemas.ts';

const COLUMNS: readonly Column<StripePeriod>[] = [
  {
    key: 'customer',
    heading: 'Customer',
    isRowHeader: true,
    render: ({ stripeCustomerId }) => <span className="fixed">{stripeCustomerId}</span>,
  },
  { key: 'from', heading: 'Pays for usage from', render: ({ from }) => <Day day={from} /> },
  { key: 'to', heading: 'Last day', render: ({ to }) => (to === null ? '–' : <Day day={addDays(to, -1)} />) },
];

/** Which Stripe customer pays for the account, and how much of its usage Stripe has. */
export function StripeCard({ id }: { readonly id: string }) {
  const { isAdmin, isStaff } = useMe();
  const [open, setOpen] = useState<'set' | 'end'>();
  const stripe = useApi(`/v1/accounts/${encodeURIComponent(id)}/stripe`, {}, stripeSchema);
  const known = stripe.data?.customers ?? [];
  const isPaying = known.some(({ to }) => to === null || to > today());
  const close = (): void => setOpen(undefined);
  return (
    <>
      <section className="card" aria-labelledby="settings-stripe">
        <div className="card-head">
          <h2 id="settings-stripe">Stripe</h2>
          {isAdmin && stripe.data !== undefined ? (
            <div className="form-buttons">
              <button type="button" className="button" onClick={() => setOpen('set')}>
                {isPaying ? 'Change the customer' : 'Set the customer'}
              </button>
              {isPaying ? (
                <button type="button" className="button button-danger" onClick={() => setOpen('end')}>
                  End billing through Stripe
                </button>
              ) : null}
            </div>
          ) : null}
        </div>
        <Answer of={stripe} label="Loading what Stripe has">
          {({ customers, months }) => (
            <>
              <DataTable
                caption="Stripe customers of the account"
                columns={COLUMNS}
                rows={customers}
                rowKey={({ stripeCustomerId, from }) => `${stripeCustomerId} ${from}`}
                empty={
                  <Empty title="The account is not billed through Stripe.">
                    {isAdmin
                      ? 'Set its Stripe customer to send its usage there.'
                      : 'Its statements are billed another way.'}
                  </Empty>
                }
              />
              {months.length === 0 ? null : (
                <div className="account-second">
                  <h3>What Stripe has</h3>
                  <StripeMonths months={months} />
                </div>
              )}
            </>
          )}
        </Answer>
        {open === 'set' ? <SetStripeCustomer id={id} onClose={close} /> : null}
        {open === 'end' ? <EndStripeCustomer id={id} onClose={close} /> : null}
      </section>
      {isStaff && known.length > 0 ? <RemittancesCard id={id} /> : null}
    </>
  );
}
