import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { addDays } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day, Time } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Money } from '../../parts/money.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { type Reconciliation, reconciliationsSchema } from './reconciliation-schemas.ts';
import { ReconciliationStatus } from './reconciliation-status.tsx';
import { RequestReconciliation } from './request-reconciliation.tsx';

const COLUMNS: readonly Column<Reconciliation>[] = [
  {
    key: 'requested',
    heading: 'Requested',
    isRowHeader: true,
    render: ({ id, requestedAt }) => (
      <Link href={addresses.reconciliation(id)}>
        <Time time={requestedAt} />
      </Link>
    ),
  },
  { key: 'by', heading: 'By', render: ({ kind, requestedBy }) => (kind === 'scheduled' ? 'schedule' : requestedBy) },
  {
    key: 'days',
    heading: 'Usage days',
    render: ({ from, to, dayCount }) => (
      <>
        {formatCount(dayCount)} {dayCount === 1 ? 'day' : 'days'}, <Day day={from} /> to <Day day={addDays(to, -1)} />
      </>
    ),
  },
  { key: 'status', heading: 'Result', render: (row) => <ReconciliationStatus of={row} /> },
  { key: 'rows', heading: 'Rows', align: 'right', render: ({ checkedRows }) => formatCount(BigInt(checkedRows)) },
  {
    key: 'differing',
    heading: 'Differ',
    align: 'right',
    render: ({ differingRows }) => formatCount(BigInt(differingRows)),
  },
  {
    key: 'cost',
    heading: 'Cost difference',
    align: 'right',
    render: ({ costDifference }) => <Money amount={costDifference} />,
  },
];

/** A comparison that runs is seen to go on. */
const REFETCH_MS = 5_000;

/** Comparisons of the ledger with the totals: those of every hour and those that were asked for. */
export function ReconciliationsView() {
  const { isAdmin } = useMe();
  const [isRequesting, setRequesting] = useState(false);
  const list = useApiPages('/v1/reconciliations', { limit: '50' }, reconciliationsSchema, { refetchMs: REFETCH_MS });
  return (
    <>
      <PageTitle title="Reconciliation">
        {isAdmin ? (
          <button type="button" className="button button-main" onClick={() => setRequesting(true)}>
            Compare days
          </button>
        ) : null}
      </PageTitle>
      <p className="quiet">
        Every hour the totals are compared with the events behind them. Nothing is changed by it: what differs is shown,
        and a person repairs it.
      </p>
      <section className="card" aria-label="Comparisons">
        <Answer of={list} label="Loading the comparisons" lines={8}>
          {({ pages }) => (
            <DataTable
              caption="Comparisons"
              columns={COLUMNS}
              rows={pages.flatMap(({ reconciliations }) => reconciliations)}
              rowKey={({ id }) => id}
              empty={<Empty title="Nothing was compared yet.">The first comparison comes within an hour.</Empty>}
            />
          )}
        </Answer>
        <MoreButton of={list} />
      </section>
      {isRequesting ? <RequestReconciliation onClose={() => setRequesting(false)} /> : null}
    </>
  );
}
