import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication, FULL_SIZE } from './harness/application-database/create-application.ts';
import { loadApplication } from './harness/application-database/load-application.ts';
import { readMovedIn } from './harness/application-database/read-moved-in.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import { createRandom } from './harness/random.ts';

const CLI = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
const KILLS = 20;

/** Fewer than an import of this size makes between two of twenty kills. */
const CHANGES_BETWEEN_KILLS_MAX = 100;

/** Two imports of 500 users and 1,000 projects on a busy machine. */
const DEADLINE_MS = 900_000;

let source: TestDatabase;
let killed: TestDatabase;
let whole: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  await loadApplication(source.pool, addNastyRows(createApplication(FULL_SIZE)).application);
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
  return spawn(process.execPath, [CLI, 'import', '--from', source.url, '--apply'], { env, stdio: 'ignore' });
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function countChanges({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::integer from hopsmeter.audit_log');
  return rows[0]?.count ?? 0;
}

it(
  'ends the same when it is killed in the middle twenty times and run again',
  async () => {
    const random = createRandom(1);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const enough = (await countChanges(killed)) + 1 + random.int(CHANGES_BETWEEN_KILLS_MAX);
      const child = startImport(killed);
      while (child.exitCode === null && (await countChanges(killed)) < enough);
      child.kill('SIGKILL');
      await endOf(child);
      expect(child.signalCode).toBe('SIGKILL');
    }
    expect(await endOf(startImport(killed))).toBe(2);
    expect(await endOf(startImport(whole))).toBe(2);
    expect(await readMovedIn(killed.pool)).toEqual(await readMovedIn(whole.pool));
    const everything = await dumpSchema(killed.pool, 'hopsmeter');
    expect(await endOf(startImport(killed))).toBe(2);
    expect(await dumpSchema(killed.pool, 'hopsmeter')).toEqual(everything);
  },
  DEADLINE_MS,
);
