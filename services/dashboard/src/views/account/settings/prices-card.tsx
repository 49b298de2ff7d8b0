import { Link } from 'wouter';
import { addresses } from '../../../address/addresses.ts';
import { useApi } from '../../../api/client.ts';
import { formatDecimal, parseDecimal } from '../../../format/decimal.ts';
import { formatQuantity, meterName, meterUnit } from '../../../format/quantity.ts';
import { describeUnitPrice } from '../../../format/unit-price.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Money } from '../../../parts/money.tsx';
import { useMe } from '../../../session/use-session.ts';
import { OverridesTable } from './overrides-table.tsx';
import { type AccountPrice, pricesSchema } from './price-schemas.ts';

const SOURCES: Readonly<Record<AccountPrice['source'], string>> = {
  card: 'rate card',
  discount: 'rate card less a discount',
  price: 'a price of its own',
};

const MODELS: Readonly<Record<AccountPrice['model'], string | undefined>> = {
  flat: undefined,
  graduated: 'the list price; graduated over the month',
  volume: 'the list price; by the volume of the month',
  package: 'for every package that is begun',
};

const COLUMNS: readonly Column<AccountPrice>[] = [
  { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => meterName(meter) },
  {
    key: 'price',
    heading: 'Price today',
    render: ({ meter, price, priceQuantity, model }) => {
      const { text, alias } = describeUnitPrice(meter, price, priceQuantity);
      return (
        <>
          {text}
          {alias === undefined ? null : ` (${alias})`}
          {MODELS[model] === undefined ? null : <span className="account-note quiet">{MODELS[model]}</span>}
        </>
      );
    },
  },
  {
    key: 'included',
    heading: 'Included a month',
    render: ({ meter, includedQuantity }) =>
      parseDecimal(includedQuantity) === 0n
        ? '–'
        : `${formatQuantity(formatDecimal(parseDecimal(includedQuantity)))} ${meterUnit(meter)}`,
  },
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
            {overrides.length === 0 ? null : <OverridesTable overrides={overrides} />}
          </>
        )}
      </Answer>
    </section>
  );
}
