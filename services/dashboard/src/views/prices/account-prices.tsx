import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { today } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { TextField } from '../../parts/fields.tsx';
import { MeterCell } from './meter-cell.tsx';
import { type AccountPrice, accountPricesSchema } from './price-schemas.ts';
import { TermsText } from './terms-text.tsx';

const SOURCES: Readonly<Record<AccountPrice['source'], string>> = {
  card: "the card's price",
  discount: "the card's price, less a discount",
  price: 'a price of its own',
};

const COLUMNS: readonly Column<AccountPrice>[] = [
  { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => <MeterCell meter={meter} /> },
  { key: 'price', heading: 'Price', render: (price) => <TermsText meter={price.meter} terms={price} /> },
  { key: 'source', heading: 'Because it is', render: ({ source }) => SOURCES[source] },
];

/** What an account pays for each meter on a day, and why. */
export function AccountPrices({ account }: { readonly account: string }) {
  const [query, setQuery] = useQuery();
  const day = query.get('day') ?? '';
  const prices = useApi(
    `/v1/accounts/${encodeURIComponent(account)}/prices`,
    { day: day === '' ? today() : day },
    accountPricesSchema,
  );
  return (
    <section className="card" aria-labelledby="account-prices">
      <div className="card-head">
        <div>
          <h2 id="account-prices">What the account pays</h2>
          <p className="figure-note">
            {prices.data === undefined ? null : `on the rate card ${prices.data.rateCard.name}; `}
            <Link href={addresses.account(account)}>go to the account</Link>
          </p>
        </div>
        <TextField
          label="On the day"
          kind="date"
          isRequired
          value={day === '' ? today() : day}
          onChange={(next) => setQuery({ day: next }, { replace: true })}
        />
      </div>
      <Answer of={prices} label="Loading the account's prices">
        {(data) => (
          <DataTable
            caption="What the account pays"
            columns={COLUMNS}
            rows={data.prices}
            rowKey={({ meter }) => meter}
            empty="No meter has a price for this account on this day."
          />
        )}
      </Answer>
    </section>
  );
}
