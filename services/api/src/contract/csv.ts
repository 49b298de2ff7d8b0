import { stringify } from 'csv-stringify/sync';

/** A column of a CSV file. */
export type CsvColumn<T> = {
  readonly header: string;
  /** Null is an empty cell. */
  readonly value: (row: T) => string | null;
  /**
   * `text` comes from people and clusters and may look like a formula; `exact` is what we write ourselves: numbers,
   * days, ids of ours.
   */
  readonly kind: 'text' | 'exact';
};

export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8; header=present';

/** What spreadsheets take for the beginning of a formula, also in their full-width forms. */
const FORMULA_START = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * Writes rows as CSV (RFC 4180): comma, CRLF, quotes where they are needed.
 *
 * A text that a spreadsheet would take for a formula gets a `'` before it, as OWASP recommends; numbers never do, so
 * that `-1.5` stays a number.
 */
export function formatCsv<T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string {
  return write(rows.map((row) => columns.map((column) => cellOf(column, row))));
}

/** The first line of the file: the names of its columns. */
export function formatCsvHeader<T>(columns: readonly CsvColumn<T>[]): string {
  return write([columns.map(({ header }) => header)]);
}

function write(records: readonly (readonly (string | null)[])[]): string {
  return stringify(
    records.map((record) => [...record]),
    // Besides the delimiters: with CRLF as the one of records a lone CR or LF would stand without quotes.
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
}

function cellOf<T>({ kind, value }: CsvColumn<T>, row: T): string | null {
  const cell = value(row);
  return kind === 'text' && cell !== null && FORMULA_START.test(cell) ? `'${cell}` : cell;
}
