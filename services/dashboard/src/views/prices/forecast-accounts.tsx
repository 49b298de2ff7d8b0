import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';

export type ForecastRow = {
  readonly accountOwnerId: string;
  readonly accountName: string | null;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
  readonly adjustment?: string;
};

export type ForecastAccountsProps = {
  readonly caption: string;
  /** Those with the largest difference first. */
  readonly rows: readonly ForecastRow[];
  /** Of all accounts that the change concerns. */
  readonly count: number;
  readonly hasAdjustments?: boolean;
};

/** As many as one looks through in a window. */
const SHOWN_MAX = 50;

const COLUMNS: readonly Column<ForecastRow>[] = [
  {
    key: 'account',
    heading: 'Account',
    isRowHeader: true,
    render: ({ accountOwnerId, accountName }) => <span title={accountOwnerId}>{accountName ?? accountOwnerId}</span>,
  },
  { key: 'before', heading: 'Before', align: 'right', render: ({ before }) => <Money amount={before} /> },
  { key: 'after', heading: 'Afterwards', align: 'right', render: ({ after }) => <Money amount={after} /> },
  {
    key: 'difference',
    heading: 'Difference',
    align: 'right',
    render: ({ difference }) => <Money amount={difference} />,
  },
];

const ADJUSTMENT: Column<ForecastRow> = {
  key: 'adjustment',
  heading: 'Adjustment',
  align: 'right',
  render: ({ adjustment = '0' }) => <Money amount={adjustment} />,
};

/** Who pays more or less by a change of prices. */
export function ForecastAccounts({ caption, rows, count, hasAdjustments = false }: ForecastAccountsProps) {
  if (count === 0) return null;
  const shown = rows.slice(0, SHOWN_MAX);
  return (
    <>
      <DataTable
        caption={caption}
        columns={hasAdjustments ? [...COLUMNS, ADJUSTMENT] : COLUMNS}
        rows={shown}
        rowKey={({ accountOwnerId }) => accountOwnerId}
        isWhole
      />
      {count > shown.length ? (
        <p className="quiet">
          The {formatCount(shown.length)} accounts with the largest difference of {formatCount(count)}.
        </p>
      ) : null}
    </>
  );
}
