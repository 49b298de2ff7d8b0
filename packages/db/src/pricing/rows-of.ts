import type { Pool } from '../connection/pool.ts';

/** Asks the database: on any connection of a pool, or within a transaction. */
export type RowsOf = <T extends object>(sql: string, parameters?: readonly unknown[]) => Promise<T[]>;

export function rowsOfPool(pool: Pool): RowsOf {
  return async <T extends object>(sql: string, parameters: readonly unknown[] = []) =>
    (await pool.query<T>(sql, [...parameters])).rows;
}
