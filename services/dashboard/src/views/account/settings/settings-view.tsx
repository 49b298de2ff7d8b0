import { Answer } from '../../../parts/answer.tsx';
import { AccountSections, useAccount } from '../account-sections.tsx';
import { BillingDetails } from './billing-details.tsx';
import { CapCard } from './cap-card.tsx';
import { GrantsCard } from './grants-card.tsx';
import { PricesCard } from './prices-card.tsx';
import { StripeCard } from './stripe-card.tsx';

/** How an account pays: what it paid ahead, its cap, its prices and its Stripe customer. */
export function AccountSettingsView({ id }: { readonly id: string }) {
  const account = useAccount(id);
  return (
    <>
      <AccountSections id={id} account={account} current="account-settings" />
      <Answer of={account} label="Loading the account" lines={10}>
        {(data) => (
          <>
            <GrantsCard id={id} />
            <div className="columns">
              <CapCard id={id} cap={data.cap} />
              <BillingDetails account={data} />
            </div>
            <PricesCard id={id} />
            <StripeCard id={id} />
          </>
        )}
      </Answer>
    </>
  );
}
