import { Link } from 'wouter';
import { addresses, type Query } from '../../address/addresses.ts';
import type { UsageDailyRow } from '../../api/schemas.ts';
import { addDays } from '../../format/date.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { formatCount, meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';

export type RollupRowsProps = {
  readonly caption: string;
  readonly rows: readonly UsageDailyRow[];
  /** Whether there is more than one account among them. */
  readonly hasAccount: boolean;
};

/** The search that finds exactly the events behind a row of the rollup. */
function eventsOfRow(row: UsageDailyRow): Query {
  const { usageDate, bookedOn, accountOwnerId, userId, projectId, clusterId, meter } = row;
  return {
    account: accountOwnerId,
    user: userId,
    project: projectId ?? 'none',
    cluster: clusterId,
    meter,
    from: usageDate,
    to: addDays(usageDate, 1),
    bookedOn,
  };
}

/** Rows of the rollup, each leading to its own events. */
export function RollupRows({ caption, rows, hasAccount }: RollupRowsProps) {
  const columns: readonly Column<UsageDailyRow>[] = [
    {
      key: 'day',
      heading: 'Used on',
      isRowHeader: true,
      render: (row) => (
        <Link href={addresses.events(eventsOfRow(row))}>
          <Day day={row.usageDate} />
          <span className="visually-hidden">, {meterName(row.meter)}: its events</span>
        </Link>
      ),
    },
    ...(hasAccount
      ? [
          {
            key: 'account',
            heading: 'Account',
            render: ({ accountOwnerId, labels }: UsageDailyRow) => labels.account ?? accountOwnerId,
          },
        ]
      : []),
    {
      key: 'user',
      heading: 'Member',
      render: ({ userId, labels }) => <span title={userId}>{labels.user ?? userId}</span>,
    },
    {
      key: 'project',
      heading: 'Project',
      render: ({ projectId, labels }) => (
        <span title={projectId ?? undefined}>{labels.project ?? projectId ?? 'none'}</span>
      ),
    },
    {
      key: 'cluster',
      heading: 'Cluster',
      render: ({ clusterId, labels }) => <span title={clusterId}>{labels.cluster ?? clusterId}</span>,
    },
    { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
    {
      key: 'events',
      heading: 'Events',
      align: 'right',
      render: ({ eventCount }) => formatCount(BigInt(eventCount)),
    },
    {
      key: 'quantity',
      heading: 'Quantity',
      align: 'right',
      render: ({ quantity, meter }) => <Quantity quantity={quantity} meter={meter} hasUnit isAligned />,
    },
    {
      key: 'cost',
      heading: 'Cost',
      align: 'right',
      render: ({ costExact }) => <Money amount={costExact} />,
      total: <Money amount={sumDecimals(rows.map(({ costExact }) => costExact))} />,
    },
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={rows}
      rowKey={(row) => Object.values(eventsOfRow(row)).join(' ')}
      empty="Nothing is booked for these days."
    />
  );
}
