import { isUtf8 } from 'node:buffer';
import { IMPORT_ROWS_MAX } from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';
import { CsvError, parse } from 'csv-parse/sync';

/** The columns of a file of usage, in any order. One of namespace and subject may be left out, or empty in a row. */
export const IMPORT_COLUMNS = [
  'id',
  'cluster',
  'namespace',
  'subject',
  'meter',
  'quantity',
  'windowStart',
  'windowEnd',
] as const;

export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

const OPTIONAL: ReadonlySet<ImportColumn> = new Set<ImportColumn>(['namespace', 'subject']);

/** A row as it stands in the file. An empty cell is the same as none. */
export type FileRow = {
  /** As a spreadsheet numbers it: the header is row 1. */
  readonly row: number;
  readonly cells: Readonly<Partial<Record<ImportColumn, string>>>;
};

/**
 * Reads a CSV file (RFC 4180, UTF-8, with or without a byte order mark) with a header.
 *
 * @throws RequestError INVALID_ROWS for what is no such file, TOO_MANY_EVENTS for more than {@link IMPORT_ROWS_MAX}
 * rows.
 */
export function readRows(file: Buffer): readonly FileRow[] {
  if (!isUtf8(file)) throw new RequestError('INVALID_ROWS', 'the file is not UTF-8');
  const [header = [], ...records] = readRecords(file);
  const columns = readHeader(header);
  if (records.length === 0) throw new RequestError('INVALID_ROWS', 'the file has no rows below its header');
  if (records.length > IMPORT_ROWS_MAX)
    throw new RequestError('TOO_MANY_EVENTS', `${records.length} rows, at most ${IMPORT_ROWS_MAX} are allowed`);
  return records.map((record, place) => {
    const row = place + 2;
    if (record.length !== columns.length)
      throw new RequestError('INVALID_ROWS', `row ${row} has ${record.length} cells, the header has ${columns.length}`);
    const filled = columns.map((column, cell) => [column, record[cell]] as const).filter(([, text]) => text !== '');
    return { row, cells: Object.fromEntries(filled) };
  });
}

function readRecords(file: Buffer): string[][] {
  try {
    return parse(file, { bom: true, relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RequestError('INVALID_ROWS', error.message, { cause: error });
  }
}

function readHeader(header: readonly string[]): readonly ImportColumn[] {
  const columns = header.map((name) => IMPORT_COLUMNS.find((column) => column === name));
  const known = columns.filter((column) => column !== undefined);
  const missing = IMPORT_COLUMNS.filter((column) => !OPTIONAL.has(column) && !known.includes(column));
  const isRepeated = new Set(known).size < known.length;
  if (known.length < header.length || missing.length > 0 || isRepeated)
    throw new RequestError('INVALID_ROWS', `expected the columns ${IMPORT_COLUMNS.join(', ')}, each once`);
  return known;
}
