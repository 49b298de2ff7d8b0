import type { Pool } from '@hopsmeter/db';

/** Half an hour: the key of fifty million rows takes minutes on a slow disk. */
const TIMEOUT_MS = 1_800_000;

/** Runs a statement over a whole large table, for which the pool's own deadline, meant for recording, is too short. */
export async function patiently(
  pool: Pick<Pool, 'query'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<void> {
  // pg takes a deadline of one statement, which its types do not know.
  const query = { text, values: [...values], query_timeout: TIMEOUT_MS };
  await pool.query(query);
}
