import type { ClientBase } from 'pg';
import type { Pool } from './pool.ts';

/**
 * Runs statements: each on any connection of a pool, or all of them in one transaction. It is what a function takes
 * that does not mind which; one that takes a {@link Pool} begins a transaction, or runs one statement of its own.
 */
export type Query = {
  /** @param timeoutMs when the client gives up a statement; the limit of the pool when not given. */
  rowsOf<T extends object>(sql: string, parameters?: readonly unknown[], timeoutMs?: number): Promise<T[]>;
};

/** Statements on a connection, or on any connection of a pool. */
export function queryOf(connection: Pool | ClientBase): Query {
  return {
    async rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = [], timeoutMs?: number) {
      const query = { text: sql, values: [...parameters] };
      const limited = timeoutMs === undefined ? query : { ...query, query_timeout: timeoutMs };
      return (await connection.query<T>(limited)).rows;
    },
  };
}
