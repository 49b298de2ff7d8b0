import type { Query } from '../connection/query.ts';
import { ApplicationDatabaseError } from './application-database-error.ts';

/** What is read of the application's tables. Everything else in them may be as it likes. */
const COLUMNS = {
  users: ['id', 'email', 'name', 'account_owner_id', 'status', 'hopsworks_username', 'deleted_at', 'updated_at'],
  hopsworks_clusters: ['id', 'name', 'max_users', 'status'],
  user_hopsworks_assignments: ['user_id', 'hopsworks_cluster_id', 'assigned_at', 'hopsworks_username'],
  user_projects: ['user_id', 'project_id', 'namespace', 'status', 'created_at', 'last_seen_at'],
  user_credits: ['user_id', 'total_purchased', 'total_used', 'free_credits_granted', 'free_credits_used'],
  usage_daily: [
    'user_id',
    'account_owner_id',
    'date',
    'opencost_cpu_hours',
    'opencost_gpu_hours',
    'opencost_ram_gb_hours',
    'online_storage_gb',
    'offline_storage_gb',
    'network_egress_gb',
    'total_cost',
    'project_breakdown',
    'hopsworks_cluster_id',
    'reported_to_stripe',
  ],
} as const;

export type ApplicationTable = keyof typeof COLUMNS;

/** Whether development versions of hopsmeter, which used the schema `public`, made this database. From the catalog. */
const HAS_OLD_LAYOUT = `
select from pg_catalog.pg_class
where relnamespace = to_regnamespace('public') and relname = 'directory_versions'
`;

/** What the catalog says of the columns $2 of the tables $1, pair by pair. Needs no right on any of them. */
const LOOK_AT_COLUMNS = `
select
  wanted.table_name as "table", wanted.column_name as "column",
  relation.oid is not null as "hasTable", attribute.attnum is not null as "hasColumn",
  coalesce(
    has_schema_privilege(relation.relnamespace, 'usage')
      and has_column_privilege(relation.oid, attribute.attnum, 'select'), false) as "isReadable",
  coalesce(row_security_active(relation.oid), false) as "isFiltered"
from unnest($1::text[], $2::text[]) with ordinality as wanted (table_name, column_name, place)
left join pg_catalog.pg_class as relation
  on relation.relname = wanted.table_name and relation.relnamespace = to_regnamespace('public')
    and relation.relkind in ('r', 'p', 'v', 'm', 'f')
left join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = relation.oid and attribute.attname = wanted.column_name and not attribute.attisdropped
order by wanted.place
`;

type ColumnFacts = {
  readonly table: string;
  readonly column: string;
  readonly hasTable: boolean;
  readonly hasColumn: boolean;
  readonly isReadable: boolean;
  /** Row-level security applies to us, so rows may be missing without a word. */
  readonly isFiltered: boolean;
};

/** Checks that all that will be read of some tables is there and can be read whole. @throws ApplicationDatabaseError */
export async function checkApplication({ rowsOf }: Query, tables: readonly ApplicationTable[]): Promise<void> {
  if ((await rowsOf(HAS_OLD_LAYOUT)).length > 0)
    throw new ApplicationDatabaseError(
      'holds tables of a development version of hopsmeter in the schema public, not those of the application',
    );
  const wanted = tables.flatMap((table) => COLUMNS[table].map((column) => ({ table, column })));
  const columns = await rowsOf<ColumnFacts>(LOOK_AT_COLUMNS, [
    wanted.map(({ table }) => table),
    wanted.map(({ column }) => column),
  ]);
  refuse(columns, ({ hasTable }) => !hasTable, tableName, 'does not hold the tables of the application; missing:');
  refuse(columns, ({ hasColumn }) => !hasColumn, columnName, 'holds other tables than the application; missing:');
  refuse(columns, ({ isReadable }) => !isReadable, tableName, 'does not let this role read:');
  refuse(
    columns,
    ({ isFiltered }) => isFiltered,
    tableName,
    'hides rows from this role by row-level security; use a role with BYPASSRLS for:',
  );
}

function refuse(
  columns: readonly ColumnFacts[],
  isWrong: (column: ColumnFacts) => boolean,
  nameOf: (column: ColumnFacts) => string,
  sentence: string,
): void {
  const names = new Set(columns.filter(isWrong).map(nameOf));
  if (names.size > 0) throw new ApplicationDatabaseError(`${sentence} ${[...names].join(', ')}`);
}

function tableName({ table }: ColumnFacts): string {
  return `public.${table}`;
}

function columnName({ table, column }: ColumnFacts): string {
  return `public.${table}.${column}`;
}
