import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { causeText, measureName } from './causes.ts';
import type { ComparisonRow } from './comparison-schema.ts';
import { Amount } from './sums-table.tsx';

const COLUMNS: readonly Column<ComparisonRow>[] = [
  {
    key: 'user',
    heading: 'User',
    isRowHeader: true,
    render: ({ userId, labels }) => <span title={userId}>{labels.user ?? userId}</span>,
  },
  { key: 'day', heading: 'Day', className: 'nowrap', render: ({ date }) => <Day day={date} /> },
  { key: 'measure', heading: 'Measure', render: ({ measure }) => measureName(measure) },
  {
    key: 'old',
    heading: 'Application',
    align: 'right',
    render: ({ old }) => (old === null ? <span title="The application has no value">–</span> : <Amount text={old} />),
  },
  { key: 'new', heading: 'hopsmeter', align: 'right', render: ({ new: now }) => <Amount text={now} /> },
  {
    key: 'difference',
    heading: 'Difference',
    align: 'right',
    render: ({ difference }) => (difference === null ? '–' : <Amount text={difference} />),
  },
  {
    key: 'cause',
    heading: 'Most likely cause',
    render: ({ causes, detail }) => (
      <>
        {causes.map((cause) => causeText(cause).name).join(' and ')}
        {detail === '' ? null : <span className="comparison-detail quiet">{detail}</span>}
      </>
    ),
  },
];

/** The numbers that differ, by user and day. */
export function DifferencesTable({ rows }: { readonly rows: readonly ComparisonRow[] }) {
  return (
    <DataTable
      caption="Differences"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ userId, date, measure }) => `${userId} ${date} ${measure}`}
      empty="Nothing differs for this cause."
    />
  );
}
