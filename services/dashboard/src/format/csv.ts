export type CsvCell = string | number | null;

/** Rows as CSV (RFC 4180). */
export function formatCsv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');
}

/**
 * A text that people chose, such as a name: one that a spreadsheet would take for a formula has a `'` before it, as in
 * the api's own files. Amounts are numbers and have none.
 */
export function safeText(text: string | null): string | null {
  return text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(cell: CsvCell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
