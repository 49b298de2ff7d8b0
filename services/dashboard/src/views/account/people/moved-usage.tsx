import { formatCount, meterName } from '../../../format/quantity.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Money } from '../../../parts/money.tsx';
import { Quantity } from '../../../parts/quantity.tsx';
import type { OwnerChange } from './people-schemas.ts';

type Moved = OwnerChange['moved'][number];

const COLUMNS: readonly Column<Moved>[] = [
  { key: 'account', heading: 'Account', isRowHeader: true, render: ({ accountOwnerId }) => accountOwnerId },
  { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
  {
    key: 'quantity',
    heading: 'Quantity',
    align: 'right',
    render: ({ quantity, meter }) => <Quantity quantity={quantity} meter={meter} isAligned />,
  },
  { key: 'cost', heading: 'Cost', align: 'right', render: ({ cost }) => <Money amount={cost} /> },
];

/** What each account would gain or lose. */
export function MovedUsage({ change: { eventCount, moved } }: { readonly change: OwnerChange }) {
  if (moved.length === 0) return <p>No usage moves: nothing was counted since then.</p>;
  return (
    <>
      <p>{formatCount(eventCount)} events move from one account to the other.</p>
      <DataTable
        caption="What each account gains or loses"
        columns={COLUMNS}
        rows={moved}
        rowKey={({ accountOwnerId, meter }) => `${accountOwnerId} ${meter}`}
      />
    </>
  );
}
