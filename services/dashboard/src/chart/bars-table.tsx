import { formatDay } from '../format/date.ts';
import { formatMoney } from '../format/money.ts';
import type { Amounts, Series } from './stack.ts';

export type BarsTableProps = {
  readonly label: string;
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly amounts: Amounts;
  readonly totals: readonly string[];
};

/** The same as the bars, for who does not see them. */
export function BarsTable({ label, days, series, amounts, totals }: BarsTableProps) {
  return (
    <table>
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {series.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
          <th scope="col">Total</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day, place) => (
          <tr key={day}>
            <th scope="row">{formatDay(day)}</th>
            {series.map(({ key }) => (
              <td key={key}>{formatMoney(amounts.get(day)?.get(key) ?? '0')}</td>
            ))}
            <td>{formatMoney(totals[place] ?? '0')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
