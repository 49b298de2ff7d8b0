import type { Pool } from '../connection/pool.ts';

/**
 * What a worker asks every few seconds: the version of the directory, and whether a person wants parked events to be
 * tried. One row and one look at an index that holds nothing else.
 */
const READ_PARKED_WORK = `
select
  (select version::text from hopsmeter.directory_versions) as "directoryVersion",
  exists (select from hopsmeter.parked_events where due_at <= now()) as "hasDue"
`;

export type ParkedWork = { readonly directoryVersion: string; readonly hasDue: boolean };

/** Asks with {@link READ_PARKED_WORK}. */
export async function readParkedWork(pool: Pool): Promise<ParkedWork> {
  const { rows } = await pool.query<ParkedWork>(READ_PARKED_WORK);
  const [row] = rows;
  if (row === undefined) throw new Error('a question without a table gave no row');
  return row;
}
