import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { go } from '../../address/go.ts';
import type { Account } from '../../api/schemas.ts';
import type { Amounts } from '../../chart/stack.ts';
import { formatDayLong, formatDayShort } from '../../format/date.ts';
import { formatMoney } from '../../format/money.ts';
import { accountName, DaysRow } from './days-row.tsx';
import { type Cell, moveCell } from './move-cell.ts';

export type DaysGridProps = {
  readonly month: string;
  readonly accounts: readonly Account[];
  readonly days: readonly string[];
  /** By account and day. */
  readonly costs: Amounts;
  readonly dearest: bigint;
  readonly isLoading: boolean;
};

/** Every row is as high as that, which saves measuring them; the style says the same. */
const ROW_HEIGHT_PX = 34;

const OVERSCAN_ROWS = 8;

/** What stands over the rows at the top of the screen: the frame and what is told of a cell. */
const HEAD_HEIGHT_PX = 90;

/**
 * Accounts by days. Only rows near the screen are in the document. Tab leads into the grid once, the arrow keys walk in
 * it, Enter follows a cell; what is pointed at is also told above the grid.
 */
export function DaysGrid({ month, accounts, days, costs, dearest, isLoading }: DaysGridProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const wantsFocus = useRef(false);
  const [top, setTop] = useState(0);
  const [cell, setCell] = useState<Cell>({ row: 0, column: 0 });
  const [pointed, setPointed] = useState<Cell>();
  useLayoutEffect(() => {
    if (body.current !== null) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: accounts.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: top,
    scrollPaddingStart: HEAD_HEIGHT_PX,
  });
  const items = virtualizer.getVirtualItems();
  const above = (items[0]?.start ?? top) - top;
  const below = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  // The row that Tab leads to may have been scrolled away.
  const tabRow = items.some(({ index }) => index === cell.row) ? cell.row : items[0]?.index;

  // Without dependencies: the row that the focus goes to may be there only after the next scroll.
  useEffect(() => {
    if (!wantsFocus.current) return;
    const found = body.current?.querySelector<HTMLElement>(`[data-row="${cell.row}"][data-column="${cell.column}"]`);
    if (found == null) return;
    wantsFocus.current = false;
    found.focus();
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const from = cellOf(event.target);
    if (from === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = moveCell(event.key, from, { rows: accounts.length, columns: days.length + 1 });
    if (next === undefined) return;
    event.preventDefault();
    wantsFocus.current = true;
    setCell(next);
    setPointed(next);
    virtualizer.scrollToIndex(next.row, { align: 'auto' });
  };
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (link === null || !isPlain) return;
    event.preventDefault();
    go(link.getAttribute('href') ?? '');
  };

  return (
    <>
      <p className="days-pointed" aria-hidden="true">
        {isLoading ? 'Loading the days…' : sayCell(pointed, accounts, days, costs)}
      </p>
      <div className="table-frame">
        <table
          className="table days-table"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys walk through its cells
          role="grid"
          aria-label="Cost of each account by day"
          aria-rowcount={accounts.length + 1}
          onKeyDown={onKeyDown}
          onClick={onClick}
          onMouseOver={(event) => setPointed(cellOf(event.target))}
          onMouseLeave={() => setPointed(undefined)}
          onFocus={(event) => {
            const focused = cellOf(event.target);
            if (focused === undefined) return;
            setCell(focused);
            setPointed(focused);
          }}
        >
          <thead>
            <tr>
              <th scope="col" className="days-name">
                Account
              </th>
              {days.map((day) => (
                <th key={day} scope="col" className="days-cell" title={formatDayLong(day)}>
                  <span aria-hidden="true">{Number(day.slice(-2))}</span>
                  <span className="visually-hidden">{formatDayShort(day)}</span>
                </th>
              ))}
              <th scope="col" className="right days-total">
                Month
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            <Gap height={above} columnCount={days.length + 2} />
            {items.map(({ index }) => {
              const account = accounts[index];
              return account === undefined ? null : (
                <DaysRow
                  key={account.id}
                  account={account}
                  month={month}
                  days={days}
                  costs={costs.get(account.id)}
                  dearest={dearest}
                  row={index}
                  tabColumn={index === tabRow ? cell.column : undefined}
                />
              );
            })}
            <Gap height={below} columnCount={days.length + 2} />
          </tbody>
        </table>
      </div>
    </>
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

/** The cell that an element is in; undefined outside of cells. */
function cellOf(target: EventTarget): Cell | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null;
  if (element === null) return undefined;
  return { row: Number(element.dataset.row), column: Number(element.dataset.column) };
}

function sayCell(
  cell: Cell | undefined,
  accounts: readonly Account[],
  days: readonly string[],
  costs: Amounts,
): string {
  const account = cell === undefined ? undefined : accounts[cell.row];
  if (account === undefined || cell === undefined)
    return 'Hover over a day to see its cost; select it to see its events.';
  const day = days[cell.column - 1];
  if (day === undefined) return accountName(account);
  return `${accountName(account)}, ${formatDayLong(day)}: ${formatMoney(costs.get(account.id)?.get(day) ?? '0')}`;
}
