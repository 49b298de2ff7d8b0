import type { Pool } from '@hopsmeter/db';

/** What a schema is made of, as the catalog tells it: one query of lines for each kind of thing. $1 is the schema. */
const DEFINITIONS = [
  `select nspname, nspowner::regrole, nspacl, obj_description(oid) from pg_namespace where nspname = $1`,
  `select relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity, reloptions, relacl, relfilenode,
    case relkind when 'v' then pg_get_viewdef(oid) end
  from pg_class where relnamespace = $1::regnamespace`,
  `select relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attidentity, attacl,
    pg_get_expr(adbin, adrelid)
  from pg_attribute join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relnamespace = $1::regnamespace and attnum > 0`,
  `select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = $1::regnamespace`,
  `select pg_get_indexdef(indexrelid), indisvalid from pg_index join pg_class on pg_class.oid = indrelid
  where relnamespace = $1::regnamespace`,
  `select pg_get_triggerdef(pg_trigger.oid), tgenabled from pg_trigger join pg_class on pg_class.oid = tgrelid
  where relnamespace = $1::regnamespace`,
  `select * from pg_policies where schemaname = $1`,
  `select case prokind when 'a' then proname else pg_get_functiondef(oid) end, proowner::regrole, proacl from pg_proc
  where pronamespace = $1::regnamespace`,
  `select typname, typtype, typowner::regrole, typacl from pg_type where typnamespace = $1::regnamespace`,
  `select * from pg_sequences where schemaname = $1`,
  `select extname, extversion from pg_extension where extnamespace = $1::regnamespace`,
  `select defaclrole::regrole, defaclobjtype, defaclacl from pg_default_acl where defaclnamespace = $1::regnamespace`,
] as const;

/** Tables whose rows are read: with their place and version, so that a row that was written anew is another one. */
const TABLES = `
select relname as line from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'm') order by relname`;

/**
 * Everything in a schema as lines of text: definitions, owners, rights and rows. Two dumps are equal when nothing
 * changed.
 */
export async function dumpSchema(pool: Pool, schema: string): Promise<string[]> {
  const lines: string[] = [];
  const client = await pool.connect();
  const read = async (sql: string, parameters: readonly string[] = []): Promise<string[]> =>
    (await client.query<{ line: string }>(sql, [...parameters])).rows.map(({ line }) => line);
  try {
    // How definitions name other things depends on it.
    await client.query(`begin read only; set local search_path = ''`);
    for (const definition of DEFINITIONS)
      lines.push(
        ...(await read(`select row_to_json(thing)::text as line from (${definition}) as thing order by 1`, [schema])),
      );
    for (const table of await read(TABLES, [schema]))
      lines.push(
        ...(await read(
          `select concat_ws(' ', $1::text, t.xmin, t.xmax, t.ctid, t::text) as line from ${schema}."${table}" as t
          order by 1`,
          [table],
        )),
      );
    return lines;
  } finally {
    await client.query('rollback');
    client.release();
  }
}
