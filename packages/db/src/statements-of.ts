import type { PoolClient } from 'pg';

/** Statements of one transaction. */
export type Statements = {
  rowsOf<T extends object>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
};

export function statementsOf(client: PoolClient): Statements {
  return {
    async rowsOf<R extends object>(sql: string, parameters: readonly unknown[] = []) {
      return (await client.query<R>(sql, [...parameters])).rows;
    },
  };
}
