import type { Pool } from '@hopsmeter/db';
import type { Application } from './application-rows.ts';
import { APPLICATION_TABLES } from './tables.ts';

/** Owners before members: a member's row names its owner's. */
const IN_ORDER = [
  ['hopsworks_clusters', 'clusters'],
  ['users', 'users'],
  ['user_hopsworks_assignments', 'assignments'],
  ['user_projects', 'projects'],
  ['user_credits', 'credits'],
] as const;

/** Creates the application's tables in `public` and puts the rows in. Columns that are not given get their defaults. */
export async function loadApplication(pool: Pool, application: Application): Promise<void> {
  await pool.query(APPLICATION_TABLES);
  for (const [table, part] of IN_ORDER) await insertRows(pool, table, application[part]);
}

/** Inserts rows of one form. References are checked at the end of the statement, so the order of rows is free. */
export async function insertRows(pool: Pool, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first).join(', ');
  await pool.query(
    `insert into public.${table} (${columns}) select ${columns}
      from json_populate_recordset(null::public.${table}, $1::json)`,
    [JSON.stringify(rows)],
  );
}
