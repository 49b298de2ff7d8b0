import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';

/**
 * Reads a file with hyparquet into what a CSV would say: decimals with all that they may have, times in ISO form, null
 * as ''.
 *
 * hyparquet makes a number of a DECIMAL, so it is told that these columns are bytes, which are read here exactly.
 */
export async function readParquet(bytes: Uint8Array): Promise<{
  readonly metadata: FileMetaData;
  readonly rows: readonly Readonly<Record<string, string>>[];
}> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const scales = new Map<string, number>();
  const schema = metadata.schema.map((element) => {
    if (element.converted_type !== 'DECIMAL') return element;
    scales.set(element.name, element.scale ?? 0);
    const { converted_type: _, logical_type: __, ...raw } = element;
    return raw;
  });
  const found = await parquetReadObjects({ file, metadata: { ...metadata, schema }, utf8: false });
  const rows = found.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value, scales.get(name))])),
  );
  return { metadata, rows };
}

function textOf(value: unknown, scale: number | undefined): string {
  if (value === null || value === undefined) return '';
  if (scale !== undefined && value instanceof Uint8Array) return decimalText(value, scale);
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (typeof value !== 'string') throw new TypeError(`expected text, got ${typeof value}`);
  return value;
}

/** Big-endian two's complement, in units of 10^-scale. */
function decimalText(bytes: Uint8Array, scale: number): string {
  const units = BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
