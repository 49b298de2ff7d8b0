import { type FormEvent, useState } from 'react';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { AccountField } from '../../parts/account-field.tsx';
import { Answer } from '../../parts/answer.tsx';
import { AccountPrices } from './account-prices.tsx';
import { OverridesTable } from './overrides-table.tsx';
import { ALL_METERS } from './price-draft.ts';
import { overridesSchema } from './price-schemas.ts';
import type { RatesProps } from './rates.tsx';

export type OverridesProps = Pick<RatesProps, 'cards' | 'onSet'> & {
  /** The only account to show; empty for all. */
  readonly account: string;
};

/** Prices and discounts of accounts: prices, discounts and cards; and what one account pays for each meter. */
export function Overrides({ cards, account, onSet }: OverridesProps) {
  const list = useApi('/v1/price-overrides', {}, overridesSchema);
  return (
    <>
      <FindAccount key={account} account={account} />
      {account === '' ? null : <AccountPrices account={account} />}
      <section className="card" aria-labelledby="overrides">
        <div className="card-head">
          <h2 id="overrides">
            {account === '' ? 'Prices and discounts of accounts' : 'Prices and discounts of the account'}
          </h2>
          {onSet === undefined || account === '' ? null : (
            <span className="row-actions">
              <button
                type="button"
                className="button"
                onClick={() => onSet({ whom: 'account', account, what: 'discount', meter: ALL_METERS })}
              >
                Give a discount
              </button>
              <button type="button" className="button" onClick={() => onSet({ whom: 'account', account })}>
                Set an own price
              </button>
            </span>
          )}
        </div>
        <Answer of={list} label="Loading what accounts have of their own">
          {({ overrides }) => (
            <OverridesTable
              overrides={overrides.filter(({ accountOwnerId }) => account === '' || accountOwnerId === account)}
              cards={cards}
              isAdmin={onSet !== undefined}
            />
          )}
        </Answer>
      </section>
    </>
  );
}

function FindAccount({ account }: { readonly account: string }) {
  const [, setQuery] = useQuery();
  const [id, setId] = useState(account);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setQuery({ account: id.trim() });
  };
  return (
    <form className="find-account" onSubmit={submit}>
      <AccountField value={id} onChange={setId} />
      <div className="form-buttons">
        <button type="submit" className="button" disabled={id.trim() === ''}>
          Show its prices
        </button>
        {account === '' ? null : (
          <button
            type="button"
            className="button button-quiet"
            onClick={() => setQuery({ account: '', look: 'accounts' })}
          >
            All accounts
          </button>
        )}
      </div>
    </form>
  );
}
