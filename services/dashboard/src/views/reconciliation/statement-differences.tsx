import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import type { Report } from './reconciliation-schemas.ts';

type Row = Report['statementDifferences'][number];

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'number',
    heading: 'Statement',
    isRowHeader: true,
    render: ({ number, accountOwnerId, month }) =>
      accountOwnerId === null || month === null ? (
        formatCount(number)
      ) : (
        <Link href={addresses.statement(accountOwnerId, month)}>{formatCount(number)}</Link>
      ),
  },
  { key: 'account', heading: 'Account', render: ({ accountOwnerId }) => accountOwnerId ?? '–' },
  { key: 'month', heading: 'Month', render: ({ month }) => month ?? '–' },
  { key: 'difference', heading: 'What is wrong', render: ({ difference }) => difference },
];

/** Final statements that say what is not so; nothing where there is none. */
export function StatementDifferences({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <section className="card" aria-labelledby="statements">
      <div className="card-head">
        <h2 id="statements">Statements that differ</h2>
      </div>
      <p className="quiet">
        A final statement is never changed. Something wrote into the database past the services: find out what, and tell
        the developers.
      </p>
      <DataTable
        caption="Statements that differ"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ number, difference }) => `${number} ${difference}`}
      />
    </section>
  );
}
