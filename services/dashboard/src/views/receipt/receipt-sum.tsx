import { exactMoney, formatMoney } from '../../format/money.ts';
import { exactQuantity, meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import type { Receipt } from './receipt-schemas.ts';
import { Step } from './step.tsx';

type Total = Receipt['totals'][number];

/** What the event's own rows come to, to the last digit. What corrections change stands on their receipts. */
export function ReceiptSum({ receipt: { totals, costExact, corrections } }: { readonly receipt: Receipt }) {
  const columns: readonly Column<Total>[] = [
    { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => meterName(meter) },
    {
      key: 'quantity',
      heading: 'Quantity',
      align: 'right',
      render: ({ quantity, meter }) => <span className="receipt-exact">{exactQuantity(quantity, meter)}</span>,
    },
    {
      key: 'cost',
      heading: 'Cost',
      align: 'right',
      render: (total) => <span className="receipt-exact">{exactMoney(total.costExact)}</span>,
      total: <span className="receipt-exact receipt-total">{exactMoney(costExact)}</span>,
    },
  ];
  return (
    <Step title={`What it books: ${formatMoney(costExact)}`}>
      {corrections.chain.length === 0 ? null : (
        <p className="quiet receipt-before-table">
          Only what this event books itself: what a correction reverses and books instead is on the correction’s own
          receipt.
        </p>
      )}
      <DataTable
        caption="What the event books"
        columns={columns}
        rows={totals}
        rowKey={({ meter }) => meter}
        empty="It books nothing."
      />
    </Step>
  );
}
