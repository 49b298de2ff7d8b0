import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { causeText } from './causes.ts';
import type { ComparisonSummary } from './comparison-schema.ts';

export type CausesTableProps = {
  readonly causes: ComparisonSummary['causes'];
  readonly chosen: string | undefined;
  readonly onShow: (cause: string) => void;
};

type Row = ComparisonSummary['causes'][number];

/** Every cause that explains something, the largest first, and before all what nothing explains. */
export function CausesTable({ causes, chosen, onShow }: CausesTableProps) {
  const isOpen = ({ cause }: Row): boolean => cause === 'unexplained';
  const rows = causes
    .filter(({ count }) => count > 0)
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.count - a.count);
  if (rows.length === 0) return <Empty title="Every number is equal." />;
  const columns: readonly Column<Row>[] = [
    {
      key: 'cause',
      heading: 'Cause',
      isRowHeader: true,
      className: 'nowrap',
      render: ({ cause }) => (
        <button
          type="button"
          className="link-button"
          aria-pressed={cause === chosen}
          title="Show only these"
          onClick={() => onShow(cause)}
        >
          {causeText(cause).name}
        </button>
      ),
    },
    { key: 'count', heading: 'Differences', align: 'right', render: ({ count }) => formatCount(count) },
    { key: 'meaning', heading: 'What it means', render: ({ cause }) => causeText(cause).meaning },
  ];
  return <DataTable caption="Causes" columns={columns} rows={rows} rowKey={({ cause }) => cause} />;
}
