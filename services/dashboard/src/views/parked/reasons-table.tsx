import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { REASON_KEYS, reasonText } from './reasons.ts';

export type ReasonsTableProps = {
  readonly counts: Readonly<Record<string, number>>;
  readonly chosen: string | undefined;
  readonly onShow: (reason: string) => void;
  /** Absent for who may not. */
  readonly onRetry: ((reason: string) => void) | undefined;
  readonly isBusy: boolean;
};

type Row = { readonly reason: string; readonly count: number };

/** Every reason for which something waits, in plain words. */
export function ReasonsTable({ counts, chosen, onShow, onRetry, isBusy }: ReasonsTableProps) {
  const rows = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]): Row => ({ reason, count }))
    .sort((a, b) => b.count - a.count || REASON_KEYS.indexOf(a.reason) - REASON_KEYS.indexOf(b.reason));
  if (rows.length === 0) return <Empty title="Nothing waits: every accepted event is counted." />;
  const columns: readonly Column<Row>[] = [
    {
      key: 'reason',
      heading: 'Reason',
      isRowHeader: true,
      className: 'nowrap',
      render: ({ reason }) => (
        <button
          type="button"
          className="link-button"
          aria-pressed={reason === chosen}
          title="Show only these"
          onClick={() => onShow(reason)}
        >
          {reasonText(reason).name}
        </button>
      ),
    },
    {
      key: 'meaning',
      heading: 'What it means, and what helps',
      render: ({ reason }) => (
        <>
          {reasonText(reason).meaning} <span className="quiet">{reasonText(reason).remedy}</span>
        </>
      ),
    },
    { key: 'count', heading: 'Waiting', align: 'right', render: ({ count }) => formatCount(count) },
    ...(onRetry === undefined
      ? []
      : [
          {
            key: 'retry',
            heading: <span className="visually-hidden">Action</span>,
            align: 'right' as const,
            render: ({ reason }: Row) =>
              reasonText(reason).isForPerson ? null : (
                <button
                  type="button"
                  className="button"
                  aria-label={`Retry: ${reasonText(reason).name}`}
                  disabled={isBusy}
                  onClick={() => onRetry(reason)}
                >
                  Retry
                </button>
              ),
          },
        ]),
  ];
  return <DataTable caption="Reasons" columns={columns} rows={rows} rowKey={({ reason }) => reason} />;
}
