import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication, FULL_SIZE } from './harness/application-database/create-application.ts';
import { createNastyUsage, createUsage } from './harness/application-database/create-usage.ts';
import { loadApplication } from './harness/application-database/load-application.ts';
import { loadUsage } from './harness/application-database/load-usage.ts';
import { readMovedIn } from './harness/application-database/read-moved-in.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import { createRandom } from './harness/random.ts';
import { createTestDatabase, findRollupDifferences, type TestDatabase } from './support/db/test-database.ts';

const CLI = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));

/** What is killed starts again from the beginning, which takes seconds each time. */
const KILLS = Number(process.env.IMPORT_KILLS ?? 20);

/** A part of usage takes several times as long. */
const LOOK_MS = 20;

/** Enough for some parts of usage, and a month that is closed. */
const USAGE_DAYS_KILLED = 30;

/** Two imports of 500 users, 1,000 projects and 15,000 days of users on a busy machine. */
const DEADLINE_MS = 900_000;

let source: TestDatabase;
let killed: TestDatabase;
let whole: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  const plain = createApplication(FULL_SIZE);
  const { application } = addNastyRows(plain);
  await loadApplication(source.pool, application);
  await loadUsage(source.pool, createUsage(plain, 1, USAGE_DAYS_KILLED));
  await loadUsage(source.pool, [createNastyUsage(application).map(([row]) => row)]);
  killed = await createTestDatabase();
  whole = await createTestDatabase();
});
afterAll(async () => {
  await source?.close();
  await killed?.close();
  await whole?.close();
});

function startImport({ url }: TestDatabase): ChildProcess {
  const env = { ...process.env, DATABASE_URL: url };
  return spawn(process.execPath, [CLI, 'import', '--from', source.url, '--switch', '2026-11', '--apply'], {
    env,
    stdio: 'ignore',
  });
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** How far an import is: changes of the directory, then days of usage, then months that are closed. */
async function readProgress({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ progress: number }>(`
    select (
      (select count(*) from hopsmeter.audit_log) + (select count(*) from hopsmeter.imported_days) / 10
        + 10 * (select count(*) from hopsmeter.statements)
    )::integer as progress
  `);
  return rows[0]?.progress ?? 0;
}

it(
  `ends the same when it is killed in the middle ${KILLS} times and run again`,
  async () => {
    expect(await endOf(startImport(whole))).toBe(2);
    const total = await readProgress(whole);
    const random = createRandom(1);
    const moments = Array.from({ length: KILLS }, () => 1 + random.int(Math.floor(total * 0.95)));
    for (const moment of moments.toSorted((a, b) => a - b)) {
      const child = startImport(killed);
      // Looked at now and then: without a pause the looking is most of what the server does.
      while (child.exitCode === null && (await readProgress(killed)) < moment) await delay(LOOK_MS);
      child.kill('SIGKILL');
      await endOf(child);
      expect(child.signalCode).toBe('SIGKILL');
    }
    expect(await readProgress(killed)).toBeLessThan(total);
    expect(await endOf(startImport(killed))).toBe(2);
    expect(await readMovedIn(killed.pool)).toEqual(await readMovedIn(whole.pool));
    expect(await findRollupDifferences(killed.pool)).toEqual([]);
    const everything = await dumpSchema(killed.pool, 'hopsmeter');
    expect(await endOf(startImport(killed))).toBe(2);
    expect(await dumpSchema(killed.pool, 'hopsmeter')).toEqual(everything);
  },
  DEADLINE_MS,
);
