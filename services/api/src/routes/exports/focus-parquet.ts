import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { FocusColumn, FocusRow } from './focus/focus-column.ts';
import type { FocusFile } from './focus-file.ts';

export const PARQUET_CONTENT_TYPE = 'application/vnd.apache.parquet';

/** Rows of a row group, which are in memory until it is written: some 10 MB. Readers do well with groups of any size. */
const GROUP_ROWS = 5_000;

/** DECIMAL(38,12), as the database has it: 38 digits need 16 bytes. A DOUBLE would be another number. */
const DECIMAL = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 16,
  converted_type: 'DECIMAL',
  precision: 38,
  scale: 12,
} as const;
const STRING = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
/** In UTC, by the definition of this converted type. */
const DATETIME = { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' } as const;

const TYPES = { decimal: DECIMAL, string: STRING, datetime: DATETIME } as const;

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

function valuesOf({ type, value }: FocusColumn, rows: readonly FocusRow[]): unknown[] {
  const values = rows.map((row) => value(row));
  return type === 'datetime' ? values.map((text) => (typeof text === 'string' ? new Date(text) : null)) : values;
}
