import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/db/test-database.ts';

/** `check_violation`, and what a NUMERIC with a scale says of what does not fit. */
const REFUSED = new Set(['23514', '22003']);

/**
 * Sums, products and copies of what stands in other tables: a NUMERIC takes NaN, but no sum of numbers makes one. What
 * is reported, priced, granted or limited is never among them.
 */
const DERIVED: ReadonlySet<string> = new Set(
  [
    ['account_day_costs', 'cost'],
    ['account_days', 'cost', 'quantity'],
    ['price_changes', 'cost_difference'],
    ['reconciled_days', 'cost_difference'],
    ['reconciliation_differences', 'cost', 'expected_cost', 'expected_price', 'expected_price_adjustment'],
    ['reconciliation_differences', 'expected_price_quantity', 'ledger_quantity', 'price', 'price_adjustment'],
    ['reconciliation_differences', 'price_quantity', 'rollup_quantity'],
    ['reconciliations', 'cost_difference'],
  ].flatMap(([table, ...columns]) => columns.map((column) => `${table}.${column}`)),
);

/** A row whose price is some rate's. */
const PRICED = { rate_id: '00000000-0000-4000-8000-000000000001' };

/** What a row needs beside the column for its checks to look at the column at all. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'price_overrides.included_quantity': { kind: 'price', meter: 'cpu_hours', price: '1', price_quantity: '1' },
  'price_overrides.discount_percent': { kind: 'discount', model: 'flat', included_quantity: '0' },
  'price_overrides.price': { kind: 'price', meter: 'cpu_hours', price_quantity: '1' },
  'price_overrides.price_quantity': { kind: 'price', meter: 'cpu_hours', price: '1' },
  'statement_lines.quantity': { kind: 'usage', user_id: 'auth0|ada' },
  'statements.imported': { total: '1', total_exact: '1', prepaid: '0', amount_due: '0' },
  'statements.prepaid': { total: '1', total_exact: '1', imported: '0', amount_due: '0' },
  'usage_daily.price': PRICED,
  'usage_daily.price_adjustment': PRICED,
  'usage_daily.price_quantity': PRICED,
  'usage_daily.quantity': PRICED,
};

type Column = { readonly table: string; readonly column: string; readonly type: string };

let database: TestDatabase;
let columns: readonly Column[];

beforeAll(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query<Column>(`
    select class.relname as table, attribute.attname as column, format_type(atttypid, atttypmod) as type
    from pg_attribute as attribute join pg_class as class on class.oid = attrelid
    where relnamespace = 'hopsmeter'::regnamespace and relkind in ('r', 'p') and not relispartition
      and attnum > 0 and not attisdropped and attgenerated = ''
      and (atttypid in ('numeric'::regtype, 'numeric[]'::regtype, 'float8'::regtype, 'float4'::regtype))
    order by 1, 2`);
  columns = rows;
});

afterAll(() => database?.close());

it('every table takes one', async () => {
  const refused: string[] = [];
  for (const { table, column, type } of columns) {
    const code = await write(table, column, type.endsWith('[]') ? '{1}' : '1');
    if (code !== undefined) refused.push(`${table}.${column}: ${code}`);
  }
  expect(refused).toEqual([]);
});

it.each([
  ['NaN', DERIVED],
  ['Infinity', new Set()],
  ['-Infinity', new Set()],
  ['1e40', new Set()],
])('no table takes %s, whoever writes it', async (value, exceptions) => {
  expect(columns.length).toBeGreaterThan(20);
  const taken: string[] = [];
  for (const { table, column, type } of columns) {
    const code = await write(table, column, type.endsWith('[]') ? `{${value}}` : value);
    if (exceptions.has(`${table}.${column}`)) continue;
    if (code === undefined || !REFUSED.has(code)) taken.push(`${table}.${column}: ${code ?? 'taken'}`);
  }
  expect(taken).toEqual([]);
});

it('no column holds numbers that are not exact', () => {
  expect(columns.filter(({ type }) => !/^numeric\(\d+,\d+\)(?:\[\])?$/.test(type))).toEqual([]);
});

/**
 * Writes into a copy of the table that has its checks and asks for no other column.
 *
 * @returns the code of the refusal
 */
async function write(table: string, column: string, value: string): Promise<string | undefined> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await client.query(`create temp table copy (like hopsmeter."${table}" including constraints)`);
    const others = await client.query<{ attname: string }>(
      `select attname from pg_attribute where attrelid = 'copy'::regclass and attnum > 0 and attnotnull`,
    );
    for (const { attname } of others.rows)
      await client.query(`alter table copy alter column "${attname}" drop not null`);
    const row = { ...BESIDE[`${table}.${column}`], [column]: value };
    const names = Object.keys(row).map((name) => `"${name}"`);
    const places = names.map((_, place) => `$${place + 1}`);
    return await client.query(`insert into copy (${names}) values (${places})`, Object.values(row)).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
  } finally {
    await client.query('rollback');
    client.release();
  }
}
