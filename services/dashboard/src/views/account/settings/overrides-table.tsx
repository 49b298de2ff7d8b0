import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Day } from '../../../parts/day.tsx';
import { describeContent } from '../../prices/describe-change.ts';
import { lastDayOf } from '../../prices/validity.ts';
import type { OwnPrice } from './price-schemas.ts';

export type OverridesTableProps = {
  readonly overrides: readonly OwnPrice[];
  /** The card that the account is on. */
  readonly rateCard: { readonly id: string; readonly name: string };
};

/** The account's own prices, discounts and cards, whenever they are in force. */
export function OverridesTable({ overrides, rateCard }: OverridesTableProps) {
  const columns: readonly Column<OwnPrice>[] = [
    {
      key: 'what',
      heading: 'What',
      isRowHeader: true,
      // Only staff know the names of other cards.
      render: (own) =>
        own.kind === 'card' && own.rateCardId !== rateCard.id ? 'Another card' : describeContent(own, [rateCard]),
    },
    { key: 'first', heading: 'First day', render: ({ validFrom }) => <Day day={validFrom} /> },
    {
      key: 'last',
      heading: 'Last day',
      render: ({ validTo }) => (validTo === null ? '–' : <Day day={lastDayOf(validTo)} />),
    },
  ];
  return (
    <div className="account-second">
      <h3>Prices and discounts of its own</h3>
      <DataTable caption="Prices and discounts of its own" columns={columns} rows={overrides} rowKey={({ id }) => id} />
    </div>
  );
}
