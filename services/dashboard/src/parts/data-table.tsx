import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

export type Column<Row> = {
  readonly key: string;
  readonly heading: ReactNode;
  /** Numbers stand at the right; default left. */
  readonly align?: 'left' | 'right';
  readonly render: (row: Row) => ReactNode;
  /** Makes the heading a button that sorts; see {@link DataTableProps.onSort}. */
  readonly isSortable?: boolean;
  /** Whether the first press on the heading sorts the largest first; default what `align` suggests. */
  readonly isLargestFirst?: boolean;
  /** Stands in the row of totals at the end. */
  readonly total?: ReactNode;
  /** The cell names its row for screen readers; one column at most. */
  readonly isRowHeader?: boolean;
  readonly className?: string;
};

export type Sort = { readonly key: string; readonly direction: 'ascending' | 'descending' };

export type DataTableProps<Row> = {
  /** Names the table; shown to screen readers only. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort | undefined;
  /** Told how the person wants the rows sorted; whoever has the rows sorts them. */
  readonly onSort?: ((sort: Sort) => void) | undefined;
  /** Shown instead of rows when there are none. */
  readonly empty?: ReactNode;
  /** How the row of totals is named. Default `Total`; it is there when a column has a total. */
  readonly totalLabel?: string;
  /** Puts every row into the document however many there are: for what is printed. */
  readonly isWhole?: boolean;
};

/** Beyond it only rows near the screen are in the document: 1,000 rows of ten cells would take 100 ms to lay out. */
const ROWS_WHOLE_MAX = 200;

/** Measured when it is there; before that this is near enough. */
const ROW_HEIGHT_PX = 37;

/** A table. Long ones hold only the rows near the screen, and tell screen readers how many there are. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, sort, onSort, empty, totalLabel = 'Total', isWhole = false } = props;
  const isLong = !isWhole && rows.length > ROWS_WHOLE_MAX;
  const hasTotals = rows.length > 0 && columns.some(({ total }) => total !== undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section className="table-frame" aria-label={`${caption} (table)`} tabIndex={0}>
      <table className="table" aria-rowcount={isLong ? rows.length + 1 : undefined}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        {rows.length === 0 ? (
          <tbody>
            <tr>
              <td className="table-empty" colSpan={columns.length}>
                {empty ?? 'Nothing here.'}
              </td>
            </tr>
          </tbody>
        ) : isLong ? (
          <LongBody {...props} />
        ) : (
          <tbody>
            {rows.map((row) => (
              <tr key={props.rowKey(row)}>
                <Cells columns={columns} row={row} />
              </tr>
            ))}
          </tbody>
        )}
        {hasTotals ? <Totals columns={columns} label={totalLabel} /> : null}
      </table>
    </section>
  );
}

type HeadingProps<Row> = Pick<DataTableProps<Row>, 'sort' | 'onSort'> & { readonly column: Column<Row> };

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const { key, heading, align = 'left', isSortable = false, isLargestFirst = align === 'right' } = column;
  const direction = sort?.key === key ? sort.direction : undefined;
  if (!isSortable || onSort === undefined)
    return (
      <th scope="col" className={classOf(column)}>
        {heading}
      </th>
    );
  const first = isLargestFirst ? 'descending' : 'ascending';
  const other = direction === 'ascending' ? 'descending' : 'ascending';
  return (
    <th scope="col" className={classOf(column)} aria-sort={direction ?? 'none'}>
      <button
        type="button"
        className="table-sort"
        onClick={() => onSort({ key, direction: direction === undefined ? first : other })}
      >
        {heading}
        <span className="table-sort-sign" aria-hidden="true">
          {direction === undefined ? '↕' : direction === 'ascending' ? '↑' : '↓'}
        </span>
      </button>
    </th>
  );
}

function Cells<Row>({ columns, row }: { readonly columns: readonly Column<Row>[]; readonly row: Row }) {
  return columns.map((column) =>
    column.isRowHeader ? (
      <th key={column.key} scope="row" className={classOf(column)}>
        {column.render(row)}
      </th>
    ) : (
      <td key={column.key} className={classOf(column)}>
        {column.render(row)}
      </td>
    ),
  );
}

/** The rows near the screen, between two empty rows as high as what is left out above and below. */
function LongBody<Row>({ columns, rows, rowKey }: DataTableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current !== null) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 20,
    scrollMargin: top,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtualizer.getVirtualItems();
  const above = (items[0]?.start ?? top) - top;
  const below = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={body}>
      <Gap height={above} columnCount={columns.length} />
      {items.map(({ index, key }) => {
        const row = rows[index];
        return row === undefined ? null : (
          <tr key={String(key)} data-index={index} ref={virtualizer.measureElement} aria-rowindex={index + 2}>
            <Cells columns={columns} row={row} />
          </tr>
        );
      })}
      <Gap height={below} columnCount={columns.length} />
    </tbody>
  );
}

function Gap({ height, columnCount }: { readonly height: number; readonly columnCount: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can take the focus
    <tr aria-hidden="true">
      <td className="table-gap" colSpan={columnCount} style={{ height }} />
    </tr>
  );
}

function Totals<Row>({ columns, label }: { readonly columns: readonly Column<Row>[]; readonly label: string }) {
  return (
    <tfoot>
      <tr>
        {columns.map((column, place) =>
          place === 0 ? (
            <th key={column.key} scope="row">
              {column.total ?? label}
            </th>
          ) : (
            <td key={column.key} className={classOf(column)}>
              {column.total}
            </td>
          ),
        )}
      </tr>
    </tfoot>
  );
}

function classOf<Row>({ align, className = '' }: Column<Row>): string | undefined {
  return `${align === 'right' ? 'right' : ''} ${className}`.trim() || undefined;
}
