import { formatDecimal } from '../../contract/amounts.ts';
import { type CsvColumn, formatCsv, formatCsvHeader } from '../../contract/csv.ts';
import { DECIMALS, type FocusColumn, type FocusRow } from './focus/focus-column.ts';
import type { FocusFile } from './focus-file.ts';

/**
 * Writes a file of FOCUS as CSV: text that could be a formula is made harmless, numbers and times stand as they are.
 */
export const openCsv: FocusFile['open'] = ({ columns, write }) => {
  const csvColumns = columns.map(toCsvColumn);
  return {
    begin: () => write(formatCsvHeader(csvColumns)),
    add: (rows) => write(formatCsv(csvColumns, rows)),
    end: async () => undefined,
  };
};

function toCsvColumn(column: FocusColumn): CsvColumn<FocusRow> {
  const { name: header, type, value } = column;
  if (type === 'string') return { header, kind: 'text', value };
  if (type === 'datetime') return { header, kind: 'exact', value };
  return {
    header,
    kind: 'exact',
    value(row) {
      const exact = value(row);
      return exact === null ? null : formatDecimal(exact, DECIMALS[type]);
    },
  };
}
