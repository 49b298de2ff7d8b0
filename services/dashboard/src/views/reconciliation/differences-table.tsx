import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { addDays } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { Difference } from './reconciliation-schemas.ts';

const KINDS: Readonly<Record<Difference['kind'], string>> = {
  missing: 'Missing',
  unexpected: 'Should not be there',
  usage: 'Other usage',
  price: 'Other price',
};

export type DifferencesTableProps = { readonly rows: readonly Difference[]; readonly isDone: boolean };

/** Each row that is not what the ledger and the prices say, with both sides. */
export function DifferencesTable({ rows, isDone }: DifferencesTableProps) {
  return (
    <DataTable
      caption="Rows that differ"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) =>
        [row.usageDate, row.bookedOn, row.accountOwnerId, row.userId, row.clusterId, row.projectId, row.meter].join(' ')
      }
      empty={isDone ? 'Every total is the sum of its events.' : 'None so far.'}
    />
  );
}

const COLUMNS: readonly Column<Difference>[] = [
  {
    key: 'day',
    heading: 'Usage day',
    isRowHeader: true,
    render: ({ usageDate, accountOwnerId, userId, meter }) => (
      <Link
        href={addresses.events({
          from: usageDate,
          to: addDays(usageDate, 1),
          account: accountOwnerId,
          user: userId,
          meter,
        })}
      >
        <Day day={usageDate} />
      </Link>
    ),
  },
  {
    key: 'kind',
    heading: 'What differs',
    render: ({ kind, isClosed }) => (
      <>
        {KINDS[kind]}
        {isClosed ? <span className="quiet">, in a closed month</span> : null}
      </>
    ),
  },
  {
    key: 'account',
    heading: 'Account',
    render: ({ accountOwnerId }) => <Link href={addresses.account(accountOwnerId)}>{accountOwnerId}</Link>,
  },
  { key: 'user', heading: 'User', render: ({ userId }) => userId },
  { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
  {
    key: 'ledger',
    heading: 'Ledger',
    align: 'right',
    render: ({ ledgerQuantity, meter }) =>
      ledgerQuantity === null ? '–' : <Quantity quantity={ledgerQuantity} meter={meter} />,
  },
  {
    key: 'rollup',
    heading: 'Totals',
    align: 'right',
    render: ({ rollupQuantity, meter }) =>
      rollupQuantity === null ? '–' : <Quantity quantity={rollupQuantity} meter={meter} />,
  },
  {
    key: 'expected',
    heading: 'Should cost',
    align: 'right',
    render: ({ expectedCost }) => (expectedCost === null ? '–' : <Money amount={expectedCost} />),
  },
  {
    key: 'cost',
    heading: 'Costs',
    align: 'right',
    render: ({ cost }) => (cost === null ? '–' : <Money amount={cost} />),
  },
];
