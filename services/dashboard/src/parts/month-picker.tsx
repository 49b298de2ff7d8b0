import { addMonths, formatMonth, monthOf } from '../format/date.ts';

export type MonthPickerProps = {
  /** `2026-11` */
  readonly month: string;
  readonly onChange: (month: string) => void;
  /** The first month that can be chosen; default two years back. */
  readonly first?: string;
};

const MONTHS_BACK = 24;

/** Chooses a month: the one before, the one after, or any of a list. No later one than the running month (UTC). */
export function MonthPicker({ month, onChange, first }: MonthPickerProps) {
  const last = monthOf();
  const begin = first ?? addMonths(last, -MONTHS_BACK);
  const months = monthsBetween(begin < month ? begin : month, last > month ? last : month);
  const [before, after] = [addMonths(month, -1), addMonths(month, 1)];
  return (
    <fieldset className="month-picker" aria-label="Month">
      <button
        type="button"
        className="button button-icon"
        aria-label={`Earlier: ${formatMonth(before)}`}
        disabled={!months.includes(before)}
        onClick={() => onChange(before)}
      >
        ‹
      </button>
      <select aria-label="Month" value={month} onChange={(event) => onChange(event.target.value)}>
        {months.map((each) => (
          <option key={each} value={each}>
            {formatMonth(each)}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button button-icon"
        aria-label={`Later: ${formatMonth(after)}`}
        disabled={!months.includes(after)}
        onClick={() => onChange(after)}
      >
        ›
      </button>
    </fieldset>
  );
}

/** From the latest to the earliest. */
function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = last; month >= first; month = addMonths(month, -1)) months.push(month);
  return months;
}
