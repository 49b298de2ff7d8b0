import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createPool, type Pool, readTotals } from '@hopsmeter/db';
import { type PgBouncer, startPgBouncer } from '@hopsmeter/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, recordUsage, seedDirectory, type TestDatabase } from './support/db/test-database.ts';

const [, SECTION = ''] = readFileSync(new URL('../docs/moving-in.md', import.meta.url), 'utf8').split(
  '## Serverless readers',
);
const blocksOf = (language: string): string[] =>
  [...SECTION.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

/** Roles belong to the server, which other tests use too. */
const ROLE = `hopsmeter_reader_${process.pid}`;
const [OWNER, MEMBER] = ['auth0|owner', 'auth0|member'] as const;
const PASSWORD = 'a long random one';

/** Covers getting PgBouncer on a machine that has none. */
const START_DEADLINE_MS = 300_000;

const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const routeSchema = z.object({
  readAccountDays: z.custom<(account: string, from: string, to: string) => Promise<unknown>>(),
  readAccountMembers: z.custom<(account: string, from: string, to: string) => Promise<unknown>>(),
});

let directory: string;
let database: TestDatabase;
let pooler: PgBouncer;
let reader: Pool;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hopsmeter-readers-'));
  database = await createTestDatabase();
  const { pool } = database;
  const { clusterId, ownerId, memberId } = await seedDirectory(pool);
  const hour = (day: string) => Date.parse(`${day}T10:00:00Z`) * 1_000;
  const used = [
    ['1', ownerId, '2026-11-02', '1'],
    ['2', memberId, '2026-11-02', '0.01'],
    ['3', memberId, '2026-11-03', '0.01'],
    ['4', memberId, '2026-12-01', '7'],
  ] as const;
  await recordUsage(
    pool,
    used.map(([id, subject, day, quantity]) => ({
      id,
      clusterId,
      subject,
      start: hour(day),
      end: hour(day) + 3_600_000_000,
      quantity,
    })),
  );
  await pool.query('create table public.users (id text); insert into public.users values (1)');
  const [grants = ''] = blocksOf('sql');
  expect(grants).toContain(PASSWORD);
  await pool.query(grants.replaceAll('hopsmeter_reader', ROLE));
  const url = new URL(database.url);
  [url.username, url.password] = [ROLE, encodeURIComponent(PASSWORD)];
  pooler = await startPgBouncer({ directory, postgresUrl: url.href });
  reader = createPool({ url: pooler.url, connectionsMax: 8, onIdleError: () => undefined });
}, START_DEADLINE_MS);
afterAll(async () => {
  await reader?.end();
  await pooler?.close();
  await database?.pool.query(`drop owned by ${ROLE}; drop role ${ROLE}`);
  await database?.close();
  rmSync(directory, { recursive: true, force: true });
});

it('gives psql the totals of a month through a pooler of transactions, as the docs say', async () => {
  const [, ...queries] = blocksOf('sql');
  const answers = await Promise.all(queries.map((sql) => reader.query(sql)));
  expect(answers.map(({ rows }) => rows)).toEqual([
    [
      { user_id: MEMBER, cpu_hours: expect.stringMatching(/^0\.020*$/), gpu_hours: '0' },
      { user_id: OWNER, cpu_hours: expect.stringMatching(/^1\.?0*$/), gpu_hours: '0' },
    ],
    // 1.02 hours at 0.35; each day by itself would round to 0.35 and 0.00.
    [{ account_owner_id: OWNER, total: '0.36' }],
  ]);
  const month = { from: '2026-11-01', to: '2026-12-01', groupBy: new Set(['account'] as const), groupsMax: 10 };
  expect(await readTotals(database.pool, month)).toMatchObject([{ accountOwnerId: OWNER, cost: '0.357000000000' }]);
});

it('gives a page the days and members of an account with the code of the docs', async () => {
  const [code = ''] = blocksOf('ts');
  const file = fileURLToPath(new URL(`./route-${process.pid}.generated.ts`, import.meta.url));
  writeFileSync(file, code);
  process.env.HOPSMETER_READER_URL = pooler.url;
  try {
    const route = routeSchema.parse(await import(pathToFileURL(file).href));
    const days = rowsSchema.parse(await route.readAccountDays(OWNER, '2026-11-01', '2026-12-01'));
    expect(days.map(({ date, user_count, total_cost }) => [date, user_count, total_cost])).toEqual([
      ['2026-11-02', 2, '0.35'],
      ['2026-11-03', 1, '0.00'],
    ]);
    const members = rowsSchema.parse(await route.readAccountMembers(OWNER, '2026-11-01', '2026-12-01'));
    expect(members.map(({ user_id }) => user_id)).toEqual([MEMBER, OWNER]);
  } finally {
    rmSync(file);
  }
});

it('lets that role read nothing else, call nothing else and write nothing', async () => {
  const { rows } = await database.pool.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ('hopsmeter', 'public') and relkind in ('r', 'p', 'v', 'm', 'f') and relname !~ '^pg_'
  `);
  const readable: string[] = [];
  for (const { name } of rows)
    if (await reader.query(`select * from ${name} limit 1`).then(() => true, isRefused)) readable.push(name);
  expect(readable.sort()).toEqual(['hopsmeter.usage_daily_by_account', 'hopsmeter.usage_daily_by_user']);
  const functions = await reader.query(`
    select proname from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where nspname = 'hopsmeter' and has_function_privilege(pg_proc.oid, 'execute')
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
  `);
  expect(functions.rows).toEqual([{ proname: 'reads_totals' }]);
  for (const sql of [
    `update hopsmeter.usage_daily_by_user set total_cost = 0`,
    `delete from hopsmeter.usage_daily_by_account`,
    `create table hopsmeter.mine (id integer)`,
  ])
    await expect(reader.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|55000)$/) });
});

/** @returns false; @throws what is no refusal. */
function isRefused(error: unknown): boolean {
  if (error instanceof Error && 'code' in error && error.code === '42501') return false;
  throw error;
}
