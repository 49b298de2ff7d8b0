import { memo } from 'react';
import { addresses } from '../../address/addresses.ts';
import type { Account } from '../../api/schemas.ts';
import { addDays, formatDayShort } from '../../format/date.ts';
import { exactMoney, formatMoney } from '../../format/money.ts';
import { Money } from '../../parts/money.tsx';
import { heatOf } from './heat.ts';

export type DaysRowProps = {
  readonly account: Account;
  readonly month: string;
  readonly days: readonly string[];
  readonly costs: ReadonlyMap<string, string> | undefined;
  readonly dearest: bigint;
  readonly row: number;
  /** The column that Tab leads to, when it is in this row. */
  readonly tabColumn: number | undefined;
};

/** Where a day of an account leads: to what was used, and its events. */
function dayAddress(account: string, day: string): string {
  return addresses.events({ account, from: day, to: addDays(day, 1) });
}

/** What people call an account. */
export function accountName({ name, email, id }: Account): string {
  return name ?? email ?? id;
}

/**
 * An account's days. Kept as it is while others scroll by: a screen has 1,300 cells. Plain links, whose clicks the grid
 * takes: a component for each of them would take longer than what it shows.
 */
export const DaysRow = memo(function DaysRow(props: DaysRowProps) {
  const { account, month, days, costs, dearest, row, tabColumn } = props;
  const name = accountName(account);
  return (
    <tr aria-rowindex={row + 2}>
      <th scope="row" className="days-name">
        <a
          href={addresses.account(account.id, { month })}
          data-row={row}
          data-column={0}
          tabIndex={tabColumn === 0 ? 0 : -1}
        >
          {name}
        </a>
      </th>
      {days.map((day, place) => (
        <DayCell
          key={day}
          address={dayAddress(account.id, day)}
          name={`${name}, ${formatDayShort(day)}`}
          cost={costs?.get(day)}
          dearest={dearest}
          row={row}
          column={place + 1}
          isTabStop={tabColumn === place + 1}
        />
      ))}
      <td className="right days-total">
        <Money amount={account.total} exact={account.totalExact} />
      </td>
    </tr>
  );
});

type DayCellProps = {
  readonly address: string;
  readonly name: string;
  readonly cost: string | undefined;
  readonly dearest: bigint;
  readonly row: number;
  readonly column: number;
  readonly isTabStop: boolean;
};

/** One element less in each of 1,300 cells: what it says to screen readers is an attribute. */
function DayCell({ address, name, cost, dearest, row, column, isTabStop }: DayCellProps) {
  const heat = heatOf(cost, dearest);
  const place = { 'data-row': row, 'data-column': column, tabIndex: isTabStop ? 0 : -1 };
  if (cost === undefined || heat === 0)
    return <td className="days-cell heat-none" aria-label={`${name}: nothing`} {...place} />;
  return (
    <td className="days-cell">
      <a
        className={`heat heat-${heat < 0 ? 'below' : heat}`}
        href={address}
        title={exactMoney(cost)}
        aria-label={`${name}: ${formatMoney(cost)}`}
        {...place}
      />
    </td>
  );
}
