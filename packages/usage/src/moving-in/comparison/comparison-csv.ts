import type { ComparisonRow } from './causes.ts';

/** The columns of a file with the rows of a comparison. */
const COLUMNS = ['userId', 'userName', 'date', 'measure', 'old', 'new', 'difference', 'causes', 'detail'] as const;

/** What spreadsheets take for the beginning of a formula, also in their full-width forms. */
const FORMULA_START = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

export const COMPARISON_CSV_HEADER = writeLine(COLUMNS);

/**
 * Writes rows as CSV (RFC 4180): comma, CRLF, quotes where they are needed. An equal row has the cause `equal`; several
 * causes have spaces between. A text that a spreadsheet would take for a formula gets a `'` before it; numbers never
 * do.
 */
export function formatComparisonCsv(rows: readonly (ComparisonRow & { readonly userName: string | null })[]): string {
  return rows
    .map((row) =>
      writeLine([
        guard(row.userId),
        guard(row.userName ?? ''),
        row.date,
        row.measure,
        row.old ?? '',
        row.new,
        row.difference ?? '',
        row.causes.length === 0 ? 'equal' : row.causes.join(' '),
        guard(row.detail),
      ]),
    )
    .join('');
}

function guard(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

function writeLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
