import { randomUUID } from 'node:crypto';
import {
  createTestDatabase,
  recordUsage,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScreen } from './console/screen.ts';
import { type ReconcileOptions, runReconcile } from './run-reconcile.ts';

const HOUR_MS = 3_600_000;
const now = new Date();
const START = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - 30 * HOUR_MS;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { clusterId, memberId } = await seedDirectory(database.pool);
  const window = { start: START * 1_000, end: (START + HOUR_MS) * 1_000 };
  const id = randomUUID();
  await recordUsage(database.pool, [{ id, clusterId, subject: memberId, ...window, quantity: '12' }]);
});
afterAll(() => database?.close());

async function run(
  options: Partial<ReconcileOptions> = {},
  env: Record<string, string> = { DATABASE_URL: database.url },
) {
  const written: string[] = [];
  const screen = createScreen({ write: (text: string) => written.push(text) });
  const range = { from: dayOf(START), to: dayOf(START + 48 * HOUR_MS) };
  const code = await runReconcile({ ...range, repair: false, reason: undefined, ...options, env, screen, now });
  return { code, text: written.join('') };
}

const quantities = async () =>
  (await database.pool.query('select trim_scale(quantity) as quantity from hopsmeter.usage_daily')).rows;

it('says that everything adds up, also of everything that the ledger holds', async () => {
  expect(await run()).toMatchObject({ code: 0, text: expect.stringContaining('compared 1 rows of 2 days') });
  const all = await run({ from: undefined, to: undefined });
  expect(all).toMatchObject({ code: 0, text: expect.stringContaining('compared 1 rows of 402 days') });
});

it('shows what differs and exits with 1, and repairs it only with a reason', async () => {
  await database.pool.query('update hopsmeter.usage_daily set quantity = 13');
  const found = await run();
  expect(found.code).toBe(1);
  expect(found.text).toContain('1 rows differ, by 0.350000000000 USD');
  expect(found.text).toMatch(/auth0\|owner +auth0\|member +cpu_hours +12 +13 .* usage\n/);
  await expect(run({ repair: true })).rejects.toThrow('--repair needs --reason');
  expect(await quantities()).toEqual([{ quantity: '13' }]);
  const repaired = await run({ repair: true, reason: 'changed by hand' });
  expect(repaired).toMatchObject({ code: 0, text: expect.stringContaining('repaired 1 rows') });
  expect(await quantities()).toEqual([{ quantity: '12' }]);
});

it('says what is wrong with its input', async () => {
  await expect(run({ from: '2026-02-30' })).rejects.toThrow('2026-02-30 is not a day');
  await expect(run({ from: '2019-01-01' })).rejects.toThrow('MOMENT_TOO_OLD: the ledger reaches back 400 days');
  await expect(run({}, {})).rejects.toThrow('Set DATABASE_URL');
  await expect(run({}, { DATABASE_URL: 'postgres://127.0.0.1:1/x' })).rejects.toThrow('ECONNREFUSED');
});
