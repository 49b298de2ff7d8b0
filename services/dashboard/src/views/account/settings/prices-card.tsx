import { Link } from 'wouter';
import { addresses } from '../../../address/addresses.ts';
import { useApi } from '../../../api/client.ts';
import { meterName } from '../../../format/quantity.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Money } from '../../../parts/money.tsx';
import { useMe } from '../../../session/use-session.ts';
import type { AccountPrice } from '../../prices/price-schemas.ts';
import { TermsText } from '../../prices/terms-text.tsx';
import { OverridesTable } from './overrides-table.tsx';
import { pricesSchema } from './price-schemas.ts';

const SOURCES: Readonly<Record<AccountPrice['source'], string>> = {
  card: 'rate card',
  discount: 'rate card less a discount',
  price: 'a price of its own',
};

const COLUMNS: readonly Column<AccountPrice>[] = [
  { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => meterName(meter) },
  { key: 'price', heading: 'Price today', render: (price) => <TermsText meter={price.meter} terms={price} /> },
  { key: 'source', heading: 'From', render: ({ source }) => SOURCES[source] },
];

/** What the account pays for each meter, and what it has of its own. */
export function PricesCard({ id }: { readonly id: string }) {
  const { isAdmin, isStaff } = useMe();
  const prices = useApi(`/v1/accounts/${encodeURIComponent(id)}/prices`, {}, pricesSchema);
  return (
    <section className="card" aria-labelledby="settings-prices">
      <div className="card-head">
        <h2 id="settings-prices">Prices</h2>
        {isStaff ? (
          <Link href={addresses.prices({ account: id })}>
            {isAdmin ? 'Change a price of this account' : 'All prices of this account'}
          </Link>
        ) : null}
      </div>
      <Answer of={prices} label="Loading the prices">
        {({ rateCard, prices: rows, overrides }) => (
          <>
            <p className="quiet">
              Rate card {rateCard.name}; one credit is <Money amount={rateCard.creditUsd} />.
              {overrides.length === 0 ? ' The account has no price or discount of its own.' : null}
            </p>
            <DataTable
              caption="Prices of today"
              columns={COLUMNS}
              rows={rows}
              rowKey={({ meter }) => meter}
              empty="No meter has a price today."
            />
            {overrides.length === 0 ? null : <OverridesTable overrides={overrides} rateCard={rateCard} />}
          </>
        )}
      </Answer>
    </section>
  );
}
