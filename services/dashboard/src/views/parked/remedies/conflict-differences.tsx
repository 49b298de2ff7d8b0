import * as z from 'zod/mini';
import { meterName } from '../../../format/quantity.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Day } from '../../../parts/day.tsx';
import { Money } from '../../../parts/money.tsx';
import { Quantity } from '../../../parts/quantity.tsx';

export const differenceSchema = z.object({
  accountOwnerId: z.string(),
  usageDate: z.string(),
  bookedOn: z.string(),
  meter: z.string(),
  before: z.string(),
  after: z.string(),
  costExact: z.nullable(z.string()),
});

export type Difference = z.output<typeof differenceSchema>;

/** What a decision changes, by account, day and meter. */
export function ConflictDifferences({ differences }: { readonly differences: readonly Difference[] }) {
  if (differences.length === 0) return <p>Nothing that is counted changes.</p>;
  return (
    <DataTable
      caption="What changes"
      columns={COLUMNS}
      rows={differences}
      rowKey={({ accountOwnerId, usageDate, bookedOn, meter }) =>
        [accountOwnerId, usageDate, bookedOn, meter].join(' ')
      }
    />
  );
}

const COLUMNS: readonly Column<Difference>[] = [
  { key: 'account', heading: 'Account', isRowHeader: true, render: ({ accountOwnerId }) => accountOwnerId },
  { key: 'day', heading: 'Day', render: ({ usageDate }) => <Day day={usageDate} /> },
  { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
  {
    key: 'before',
    heading: 'Now',
    align: 'right',
    render: ({ before, meter }) => <Quantity quantity={before} meter={meter} />,
  },
  {
    key: 'after',
    heading: 'Then',
    align: 'right',
    render: ({ after, meter }) => <Quantity quantity={after} meter={meter} />,
  },
  {
    key: 'cost',
    heading: 'Cost',
    align: 'right',
    render: ({ costExact }) => (costExact === null ? 'no price' : <Money amount={costExact} />),
  },
];
