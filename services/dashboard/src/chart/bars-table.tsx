import { formatDay } from '../format/date.ts';
import type { AmountFormat } from './amount-format.ts';
import type { Amounts, Series } from './stack.ts';

export type BarsTableProps = {
  readonly label: string;
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly amounts: Amounts;
  readonly totals: readonly string[];
  readonly format: AmountFormat;
};

/** The same as the bars, for who does not see them. */
export function BarsTable({ label, days, series, amounts, totals, format }: BarsTableProps) {
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
              <td key={key}>{format.write(amounts.get(day)?.get(key) ?? '0')}</td>
            ))}
            <td>{format.write(totals[place] ?? '0')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
