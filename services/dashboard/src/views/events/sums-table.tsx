import { sumDecimals } from '../../format/decimal.ts';
import { meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { MeterSums } from './compare-sums.ts';

export type SumsTableProps = {
  readonly sums: readonly MeterSums[];
  /** Whether all events are there: until then their sum says nothing. */
  readonly isComplete: boolean;
};

/** What the events add up to beside what the rollup has, to the last digit. */
export function SumsTable({ sums, isComplete }: SumsTableProps) {
  const columns: readonly Column<MeterSums>[] = [
    { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => meterName(meter) },
    {
      key: 'events',
      heading: isComplete ? 'The events add up to' : 'The events so far',
      align: 'right',
      render: ({ meter, ofEvents }) => <Quantity quantity={ofEvents} meter={meter} isAligned />,
    },
    {
      key: 'rows',
      heading: 'The rollup has',
      align: 'right',
      render: ({ meter, ofRows }) => <Quantity quantity={ofRows} meter={meter} hasUnit isAligned />,
    },
    {
      key: 'check',
      heading: 'The same',
      render: ({ isEqual }) =>
        isEqual ? (
          <HealthBadge health="good">to the last digit</HealthBadge>
        ) : (
          <HealthBadge health={isComplete ? 'bad' : 'unknown'}>
            {isComplete ? 'they differ' : 'not all are shown'}
          </HealthBadge>
        ),
    },
    {
      key: 'cost',
      heading: 'Cost',
      align: 'right',
      render: ({ costExact }) => <Money amount={costExact} />,
      total: <Money amount={sumDecimals(sums.map(({ costExact }) => costExact))} />,
    },
  ];
  return (
    <DataTable
      caption="What the events add up to, by meter"
      columns={columns}
      rows={sums}
      rowKey={({ meter }) => meter}
      empty="Nothing is booked for these days."
    />
  );
}
