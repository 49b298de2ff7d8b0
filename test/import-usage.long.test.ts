import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication, FULL_SIZE } from './harness/application-database/create-application.ts';
import { createNastyUsage, createUsage, USAGE_DAYS } from './harness/application-database/create-usage.ts';
import { loadApplication } from './harness/application-database/load-application.ts';
import { loadUsage } from './harness/application-database/load-usage.ts';
import { createTestDatabase, type TestDatabase } from './support/db/test-database.ts';

const CLI = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
const REPORT = join(tmpdir(), `hopsmeter-long-report-${process.pid}.ndjson`);

/** What an import may hold, whatever it reads. */
const MEMORY_MAX_KB = 300 * 1_024;

/** 212,500 rows on a machine that does much else. */
const DEADLINE_MS = 1_800_000;

/** How often the memory is looked at; the kernel keeps the most that it ever was. */
const LOOK_MS = 50;

const plain = createApplication(FULL_SIZE);
const { application } = addNastyRows(plain);
const nasty = createNastyUsage(application);

let source: TestDatabase;
let database: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  database = await createTestDatabase();
  await loadApplication(source.pool, application);
  // The directory first, so that what is measured is the usage.
  await runImport();
  await loadUsage(source.pool, createUsage(plain, 1, USAGE_DAYS));
  await loadUsage(source.pool, [nasty.map(([row]) => row)]);
}, DEADLINE_MS);
afterAll(async () => {
  await source?.close();
  await database?.close();
});

/** Runs the command. @returns the most memory that it ever had. */
async function runImport(): Promise<{ readonly code: number | null; readonly memoryKb: number }> {
  const env = { ...process.env, DATABASE_URL: database.url };
  const child = spawn(process.execPath, [CLI, 'import', '--from', source.url, '--report', REPORT, '--apply'], {
    env,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  let memoryKb = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    memoryKb = Math.max(memoryKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    await Promise.race([ended, delay(LOOK_MS)]);
  }
  return { code: child.exitCode, memoryKb };
}

it(
  'brings fourteen months of 500 users over in bounded memory, with every sum to the last digit',
  async () => {
    const startedAt = performance.now();
    const { code, memoryKb } = await runImport();
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(`212,500 days of users in ${seconds.toFixed(1)} s with ${Math.round(memoryKb / 1_024)} MB\n`);
    expect(code).toBe(2);
    expect(memoryKb).toBeGreaterThan(0);
    expect(memoryKb).toBeLessThan(MEMORY_MAX_KB);

    const coming = nasty.flatMap(([row, reason]) => (reason === undefined ? [row] : []));
    const sums = { days: 0, cents: 0n, cpu: 0n, offline: 0n };
    for (const rows of [...[coming], ...createUsage(plain, 1, USAGE_DAYS)])
      for (const row of rows) {
        sums.days += 1;
        sums.cents += unitsOf(row.total_cost, 2);
        sums.cpu += unitsOf(row.opencost_cpu_hours, 4);
        sums.offline += 24n * unitsOf(row.offline_storage_gb, 4);
      }
    const { rows } = await database.pool.query(`
      select
        (select count(*)::integer from hopsmeter.imported_days) as days,
        trim_scale(100 * sum(cost))::text as cents,
        trim_scale(10000 * sum(quantity) filter (where meter = 'imported_cpu_hours'))::text as cpu,
        trim_scale(10000 * sum(quantity) filter (where meter = 'imported_offline_storage_gb_hours'))::text as offline
      from hopsmeter.usage_daily
    `);
    const { days, cents, cpu, offline } = sums;
    expect(rows).toEqual([{ days, cents: `${cents}`, cpu: `${cpu}`, offline: `${offline}` }]);
    const listed = (await readFile(REPORT, 'utf8')).split('\n').filter((line) => line.includes('"usage_daily"'));
    expect(listed.length).toBe(nasty.length - coming.length);
  },
  DEADLINE_MS,
);

/** A decimal text as a whole number of its last place. */
function unitsOf(text: string | null, places: number): bigint {
  const [whole = '0', fraction = ''] = (text ?? '0').split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}
