import type { ListedRow } from '@hopsmeter/usage';
import { formatCount } from './console/format-number.ts';
import type { Screen } from './console/screen.ts';
import type { Report } from './import-report.ts';

/** Rows of a kind that are listed on the screen; the report has all of them. */
const ROWS_SHOWN_MAX = 20;

/** What becomes of a row that is listed, as the report says it, and what the screen says of all that have it. */
const TITLES = {
  refused: 'cannot come over',
  different: 'differ from what hopsmeter has, which stays',
  note: 'come over, but look at them',
} as const;

export type ListedOutcome = keyof typeof TITLES;

/** Rows that are listed: all of them in the report, the first of each kind on the screen. */
export type ListedRows = {
  add(outcome: ListedOutcome, rows: readonly ListedRow[]): Promise<void>;
  show(screen: Screen): void;
  /** Whether rows are refused or different. */
  isIncomplete(): boolean;
};

export function createListedRows(report: Report): ListedRows {
  const listed = { refused: startList(), different: startList(), note: startList() };
  return {
    async add(outcome, rows) {
      const list = listed[outcome];
      list.count += rows.length;
      list.shown.push(...rows.slice(0, ROWS_SHOWN_MAX - list.shown.length));
      await report.add(outcome, rows);
    },
    show(screen) {
      for (const outcome of ['refused', 'different', 'note'] as const) {
        const { count, shown } = listed[outcome];
        if (count === 0) continue;
        screen.title(`${formatCount(count)} rows ${TITLES[outcome]}`);
        for (const { table, key, reason } of shown) screen.line(`${table} ${key}: ${reason}`);
        if (count > shown.length) screen.line(`and ${formatCount(count - shown.length)} more: see --report`);
      }
    },
    isIncomplete: () => listed.refused.count + listed.different.count > 0,
  };
}

function startList(): { count: number; readonly shown: ListedRow[] } {
  return { count: 0, shown: [] };
}
