import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Time } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import { type StatementSummary, statementsSchema } from './account-schemas.ts';

/** The account's statements, the newest first. */
export function AccountStatements({ id }: { readonly id: string }) {
  const statements = useApiPages(`/v1/accounts/${encodeURIComponent(id)}/statements`, {}, statementsSchema);
  const columns: readonly Column<StatementSummary>[] = [
    {
      key: 'month',
      heading: 'Month',
      isRowHeader: true,
      render: ({ month }) => <Link href={addresses.statement(id, month)}>{formatMonth(month)}</Link>,
    },
    { key: 'number', heading: 'Number', render: ({ number }) => (number === null ? 'draft' : String(number)) },
    {
      key: 'closed',
      heading: 'Closed',
      render: ({ closedAt }) => (closedAt === null ? '–' : <Time time={closedAt} />),
    },
    {
      key: 'total',
      heading: 'Total',
      align: 'right',
      render: ({ total, totalExact }) => <Money amount={total} exact={totalExact} />,
    },
    { key: 'due', heading: 'To pay', align: 'right', render: ({ amountDue }) => <Money amount={amountDue} /> },
  ];
  return (
    <section className="card" aria-labelledby="account-statements">
      <div className="card-head">
        <h2 id="account-statements">Statements</h2>
      </div>
      <Answer of={statements} label="Loading the statements">
        {({ pages }) => (
          <DataTable
            caption="Statements"
            columns={columns}
            rows={pages.flatMap((page) => page.statements)}
            rowKey={({ month, status }) => `${month} ${status}`}
            empty="No statements: the account has never used anything."
          />
        )}
      </Answer>
      {statements.hasNextPage ? (
        <button
          type="button"
          className="button account-more"
          disabled={statements.isFetchingNextPage}
          onClick={() => void statements.fetchNextPage()}
        >
          Show earlier changes
        </button>
      ) : null}
    </section>
  );
}
