import { meterName } from '../../../format/quantity.ts';
import { describeUnitPrice } from '../../../format/unit-price.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Day } from '../../../parts/day.tsx';
import type { PriceOverride } from './price-schemas.ts';

const COLUMNS: readonly Column<PriceOverride>[] = [
  { key: 'what', heading: 'What', isRowHeader: true, render: describe },
  { key: 'from', heading: 'From', render: ({ validFrom }) => <Day day={validFrom} /> },
  { key: 'to', heading: 'Until', render: ({ validTo }) => (validTo === null ? 'no end' : <Day day={validTo} />) },
];

/** The account's own prices, discounts and cards, whenever they are in force. */
export function OverridesTable({ overrides }: { readonly overrides: readonly PriceOverride[] }) {
  return (
    <div className="account-second">
      <h3>Prices and discounts of its own</h3>
      <DataTable caption="Prices and discounts of its own" columns={COLUMNS} rows={overrides} rowKey={({ id }) => id} />
    </div>
  );
}

function describe(override: PriceOverride): string {
  switch (override.kind) {
    case 'price': {
      const { text } = describeUnitPrice(override.meter, override.price, override.priceQuantity);
      return `${meterName(override.meter)}: ${text}`;
    }
    case 'discount':
      return `${override.discountPercent}% off ${override.meter === null ? 'all meters' : meterName(override.meter)}`;
    case 'card':
      return 'Another rate card';
  }
}
