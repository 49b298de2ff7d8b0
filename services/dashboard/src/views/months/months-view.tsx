import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { Money } from '../../parts/money.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { type Month, monthsSchema } from './month-schemas.ts';

const COLUMNS: readonly Column<Month>[] = [
  {
    key: 'month',
    heading: 'Month',
    isRowHeader: true,
    className: 'nowrap',
    render: ({ month }) => <Link href={addresses.month(month)}>{formatMonth(month)}</Link>,
  },
  { key: 'state', heading: 'State', render: (month) => <MonthState month={month} /> },
  { key: 'accounts', heading: 'Accounts', align: 'right', render: ({ accountCount }) => formatCount(accountCount) },
  { key: 'closed', heading: 'Closed', align: 'right', render: ({ closedCount }) => formatCount(closedCount) },
  {
    key: 'open',
    heading: 'Open',
    align: 'right',
    render: ({ accountCount, closedCount }) => formatCount(accountCount - closedCount),
  },
  { key: 'total', heading: 'Total', align: 'right', render: ({ total }) => <Money amount={total} /> },
];

/** The months, and how far closing each is. */
export function MonthsView() {
  const months = useApi('/v1/months', {}, monthsSchema);
  return (
    <>
      <PageTitle title="Months" />
      <p className="quiet">
        When a month is closed, each account gets its final, numbered statement. Whatever comes later is booked in the
        account's next month.
      </p>
      <section className="card" aria-label="Months">
        <Answer of={months} label="Loading the months">
          {(data) => (
            <DataTable
              caption="Months"
              columns={COLUMNS}
              rows={data.months}
              rowKey={({ month }) => month}
              empty={
                <Empty title="There is nothing to bill yet.">
                  The first month appears here once a cluster has reported usage.
                </Empty>
              }
            />
          )}
        </Answer>
      </section>
    </>
  );
}

function MonthState({ month: { isEnded, accountCount, closedCount } }: { readonly month: Month }) {
  if (accountCount === closedCount) return <HealthBadge health="good">Closed</HealthBadge>;
  if (!isEnded) return <span className="quiet">Running</span>;
  return <HealthBadge health="watch">{closedCount === 0 ? 'To be closed' : 'Partly closed'}</HealthBadge>;
}
