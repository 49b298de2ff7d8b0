import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';

/**
 * Reads a file with hyparquet into what a CSV would say: decimals with 12 decimals, times in ISO form, null as ''.
 *
 * hyparquet makes a number of a DECIMAL, so it is told that these columns are bytes, which are read here exactly.
 */
export async function readParquet(bytes: Uint8Array): Promise<{
  readonly metadata: FileMetaData;
  readonly rows: readonly Readonly<Record<string, string>>[];
}> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const decimals = new Set<string>();
  const schema = metadata.schema.map((element) => {
    if (element.converted_type !== 'DECIMAL') return element;
    decimals.add(element.name);
    const { converted_type: _, ...raw } = element;
    return raw;
  });
  const found = await parquetReadObjects({ file, metadata: { ...metadata, schema }, utf8: false });
  const rows = found.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value, decimals.has(name))])),
  );
  return { metadata, rows };
}

function textOf(value: unknown, isDecimal: boolean): string {
  if (value === null || value === undefined) return '';
  if (isDecimal && value instanceof Uint8Array) return decimalText(value);
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (typeof value !== 'string') throw new TypeError(`expected text, got ${typeof value}`);
  return value;
}

/** Big-endian two's complement, in units of 10^-12. */
function decimalText(bytes: Uint8Array): string {
  const units = BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  const digits = (units < 0n ? -units : units).toString().padStart(13, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`;
}
