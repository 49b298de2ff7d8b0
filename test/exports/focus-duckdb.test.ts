import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createApiApp } from '@hopsmeter/api';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/db/test-database.ts';
import { createFocusWorld, MONTHS } from './focus-world.ts';

const KEY = 'service-role-key-of-the-tests-0123456789';
const ZONES = ['America/New_York', 'UTC'];

/** What docs/exports.md shows: one for each format. */
const DOCS = readFileSync(new URL('../../docs/exports.md', import.meta.url), 'utf8');
const LOADS = [...DOCS.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);

let database: TestDatabase;
let api: HttpApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'focus-'));
  database = await createTestDatabase();
  await createFocusWorld(database.pool);
  const now = () => parseTime('2025-11-22T14:10:00Z') ?? 0;
  const logger = createLogger({ name: 'api', level: 'silent' });
  const deps = { pool: database.pool, logger, registry: createRegistry({ withProcess: false }), now };
  api = (await createApiApp({ ...deps, serviceRoleKey: KEY })).app;
  for (const month of MONTHS)
    for (const format of ['csv', 'parquet']) {
      const url = `/v1/exports/focus?month=${month}&format=${format}&version=1.4`;
      const answer = await api.inject({ url, headers: { authorization: `Bearer ${KEY}` } });
      expect(answer.statusCode).toBe(200);
      writeFileSync(join(folder, `focus-1.4-${month}.${format}`), answer.rawPayload);
    }
});
afterAll(async () => {
  await api?.close();
  await database?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

const MONTHS_OF = `
select strftime(timezone('UTC', BillingPeriodStart), '%Y-%m') as month, count(*)::int as rows,
  sum(BilledCost)::varchar as billed, sum(ListCost)::varchar as list, min(epoch_ms(ChargePeriodStart))::varchar as first
from focus group by all order by all`;

/** The columns as they were read: their types, and how many rows have a cost that is not its product. */
const WRONG = `
select count(*)::int as wrong from focus where SkuPriceId is not null and (
  PricingQuantity::decimal(19, 12) * ListUnitPrice::decimal(19, 12) <> ListCost
  or PricingQuantity::decimal(19, 12) * ContractedUnitPrice::decimal(19, 12) <> ContractedCost)`;
const TYPES = `
select column_name as name, data_type as type from duckdb_columns() where table_name = 'focus'
and (data_type like 'DECIMAL%' or data_type like 'TIMESTAMP%') order by name`;

async function load(sql: string, zone: string) {
  const duckdb = await DuckDBInstance.create(':memory:');
  const connection = await duckdb.connect();
  const rowsOf = async (query: string) => (await connection.runAndReadAll(query)).getRowObjectsJson();
  try {
    await connection.run(`set timezone = '${zone}'`);
    await connection.run(`set file_search_path = '${folder}'`);
    await connection.run(sql);
    return {
      months: await rowsOf(MONTHS_OF),
      wrong: await rowsOf(WRONG),
      types: await rowsOf(TYPES),
    };
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }
}

it('CSV and Parquet, loaded as the docs say, are the same months and sums to DuckDB in every time zone', async () => {
  expect(LOADS).toHaveLength(2);
  const loaded = await Promise.all(LOADS.flatMap((sql) => ZONES.map((zone) => load(sql, zone))));
  const [first] = loaded;
  expect(first?.months.map(({ month }) => month)).toEqual(MONTHS);
  expect(first?.wrong).toEqual([{ wrong: 0 }]);
  expect(first?.types).toContainEqual({ name: 'ListCost', type: 'DECIMAL(38,24)' });
  expect(first?.types).toContainEqual({ name: 'BilledCost', type: 'DECIMAL(38,12)' });
  expect(first?.types).toContainEqual({ name: 'ChargePeriodStart', type: 'TIMESTAMP WITH TIME ZONE' });
  for (const other of loaded) expect(other).toEqual(first);
});
