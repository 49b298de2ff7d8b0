import { formatCount, formatQuantityAligned } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { measureName } from './causes.ts';
import type { ComparisonSummary } from './comparison-schema.ts';

type Sum = ComparisonSummary['measures'][number];

/** Measures that only have rows where the two systems do not agree on whom or what a day is booked. */
const ATTRIBUTIONS = ['owner_cost', 'cluster_cost', 'billed_cost'];

const COLUMNS: readonly Column<Sum>[] = [
  { key: 'measure', heading: 'Measure', isRowHeader: true, render: ({ measure }) => measureName(measure) },
  { key: 'old', heading: 'Application', align: 'right', render: ({ old }) => <Amount text={old} /> },
  { key: 'new', heading: 'hopsmeter', align: 'right', render: ({ new: now }) => <Amount text={now} /> },
  {
    key: 'difference',
    heading: 'Difference',
    align: 'right',
    render: ({ difference }) => <Amount text={difference} />,
  },
  { key: 'count', heading: 'Differ', align: 'right', render: ({ differentCount }) => formatCount(differentCount) },
];

/** What both systems add up to. */
export function SumsTable({ measures }: { readonly measures: readonly Sum[] }) {
  const rows = measures.filter(({ measure, differentCount }) => differentCount > 0 || !ATTRIBUTIONS.includes(measure));
  return <DataTable caption="Sums" columns={COLUMNS} rows={rows} rowKey={({ measure }) => measure} />;
}

/** A number with two decimals; its title is the exact one. */
export function Amount({ text }: { readonly text: string }) {
  return (
    <data className="number" value={text} title={text}>
      {formatQuantityAligned(text)}
    </data>
  );
}
