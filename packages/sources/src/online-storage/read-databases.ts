import { z } from 'zod';
import type { QuarantinedRow } from '../source.ts';
import { SourceError } from '../source-error.ts';
import type { AskRonDb } from './ask-rondb.ts';

/** Bytes of memory and disk of all tables of each database. */
const DATABASE_SIZES = `
select database_name as name, sum(in_memory_bytes + disk_memory_bytes) as bytes
from ndbinfo.table_memory_usage
group by database_name
`;

const SERVER_TIME = `select utc_timestamp() as time`;

const rowSchema = z.object({ name: z.string().nullable(), bytes: z.string().nullable() });

const timeSchema = z.tuple([z.object({ time: z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/) })]);

export type Databases = {
  /** `undefined` is the name of what belongs to no database. */
  readonly sizes: readonly { readonly name: string | undefined; readonly bytes: bigint }[];
  readonly unreadable: readonly QuarantinedRow[];
  readonly serverTime: number;
};

/** Reads the sizes of all databases. @throws SourceError */
export async function readDatabases(ask: AskRonDb): Promise<Databases> {
  const rows = z.array(rowSchema).safeParse(await ask(DATABASE_SIZES));
  const times = timeSchema.safeParse(await ask(SERVER_TIME));
  if (!rows.success || !times.success)
    throw new SourceError('ANSWER_UNREADABLE', 'RonDB answered with other columns than it was asked for');
  const sizes: { name: string | undefined; bytes: bigint }[] = [];
  const unreadable: QuarantinedRow[] = [];
  for (const { name, bytes } of rows.data) {
    // Sums of whole numbers are decimals to MySQL, without a fraction.
    if (bytes !== null && /^\d+$/.test(bytes)) sizes.push({ name: name ?? undefined, bytes: BigInt(bytes) });
    else
      unreadable.push({ name: name ?? 'NULL', reason: 'unreadable', detail: `RonDB says that it has ${bytes} bytes` });
  }
  const [{ time }] = times.data;
  return { sizes, unreadable, serverTime: Date.parse(`${time.replace(' ', 'T')}Z`) };
}
