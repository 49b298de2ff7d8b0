import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { DECIMALS, type FocusColumn, type FocusRow } from './focus/focus-column.ts';
import type { FocusFile } from './focus-file.ts';

export const PARQUET_CONTENT_TYPE = 'application/vnd.apache.parquet';

/**
 * Rows of a row group, which are in memory until it is written: some 10 MB. Readers do well with groups of any size.
 */
const GROUP_ROWS = 5_000;

/** What readers have at most. 38 digits need 16 bytes. */
const DIGITS_MAX = 38;
const UNITS_END = 10n ** BigInt(DIGITS_MAX);

/** As the database has decimals. A DOUBLE would be another number. */
const decimal = (scale: number) =>
  ({
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: 16,
    converted_type: 'DECIMAL',
    logical_type: { type: 'DECIMAL', precision: DIGITS_MAX, scale },
    precision: DIGITS_MAX,
    scale,
  }) as const;
const STRING = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
/** In UTC. Readers of the converted type alone, DuckDB among them, take it for the time on any clock. */
const DATETIME = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
} as const;

const TYPES = {
  decimal: decimal(DECIMALS.decimal),
  product: decimal(DECIMALS.product),
  string: STRING,
  datetime: DATETIME,
} as const;

/** Writes a file of FOCUS as Parquet. A row group is sent when it is full, so memory does not grow with the file. */
export const openParquet: FocusFile['open'] = ({ columns, version, write }) => {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(columns),
    kvMetadata: [{ key: 'FocusVersion', value: version }],
    createdBy: 'hopsmeter',
  });
  let waiting: FocusRow[] = [];

  /** Sends what the writer holds. Its offset goes on counting, so the footer names places in the whole file. */
  const send = async (): Promise<void> => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    await write(bytes);
  };
  const writeGroup = async (): Promise<void> => {
    const rows = waiting;
    waiting = [];
    await parquet.write({ columnData: columns.map((column) => sourceOf(column, rows)), rowGroupSize: rows.length });
    await send();
  };
  return {
    begin: send,
    async add(rows) {
      waiting.push(...rows);
      if (waiting.length >= GROUP_ROWS) await writeGroup();
    },
    async end() {
      if (waiting.length > 0) await writeGroup();
      await parquet.finish();
      await send();
    },
  };
};

function schemaOf(columns: readonly FocusColumn[]): SchemaElement[] {
  const elements = columns.map(({ name, type, nullable }): SchemaElement => {
    const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
    return { name, repetition_type, ...TYPES[type] };
  });
  return [{ name: 'root', num_children: elements.length }, ...elements];
}

function sourceOf(column: FocusColumn, rows: readonly FocusRow[]): ColumnSource {
  const { name, nullable } = column;
  return { name, nullable, data: valuesOf(column, rows) };
}

function valuesOf({ name, type, value }: FocusColumn, rows: readonly FocusRow[]): unknown[] {
  const values = rows.map((row) => value(row));
  if (type === 'datetime') return values.map((text) => (typeof text === 'string' ? new Date(text) : null));
  for (const cell of values)
    if (typeof cell === 'bigint' && (cell >= UNITS_END || cell <= -UNITS_END))
      throw new RangeError(
        `${name} has more than ${DIGITS_MAX} digits: it is in the CSV, and no Parquet file can hold it`,
      );
  return values;
}
