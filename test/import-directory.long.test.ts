import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectoryChanges, readApplicationDirectory, readOurDirectory } from '@hopsmeter/db';
import { planDirectory } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScreen } from '../packages/cli/src/console/screen.ts';
import { type ImportContext, runImport } from '../packages/cli/src/run-import.ts';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import { createApplication } from './harness/application-database/create-application.ts';
import { loadApplication } from './harness/application-database/load-application.ts';
import { readMovedIn } from './harness/application-database/read-moved-in.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import { createTestDatabase, type TestDatabase } from './support/db/test-database.ts';

const { application, refused, noted } = addNastyRows(
  createApplication({ seed: 1, clusters: 3, teams: 12, users: 50, projects: 100 }),
);

const NOW = '2026-11-20T12:00:00.000000Z';

let source: TestDatabase;
let database: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  await loadApplication(source.pool, application);
  database = await createTestDatabase();
});
afterAll(async () => {
  await source?.close();
  await database?.close();
});

/** Runs the command into a database. */
async function run(target: TestDatabase, options: Partial<ImportContext> = {}) {
  const written: string[] = [];
  const screen = createScreen({ write: (text: string) => written.push(text) });
  const signal = options.signal ?? new AbortController().signal;
  const env = { DATABASE_URL: target.url };
  const code = await runImport({ from: source.url, apply: false, env, screen, now: new Date(NOW), ...options, signal });
  return { code, text: written.join('') };
}

it('says what would change, and changes nothing', async () => {
  const before = await dumpSchema(database.pool, 'hopsmeter');
  const report = join(tmpdir(), `hopsmeter-report-${process.pid}.ndjson`);
  const { code, text } = await run(database, { report });
  expect(code).toBe(2);
  expect(text).toMatch(/users +65 +63 +0 +0 +2\n/);
  expect(text).toContain('Nothing was changed. Use --apply to make the changes.');
  const lines = (await readFile(report, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const keysOf = (outcome: string) =>
    lines.filter((line) => line.outcome === outcome).map(({ table, key }) => `${table} ${key}`);
  expect(keysOf('refused').sort()).toEqual([...refused].sort());
  expect(keysOf('note')).toEqual(noted);
  expect(lines.every(({ reason }) => reason.length > 0)).toBe(true);
  expect(await dumpSchema(database.pool, 'hopsmeter')).toEqual(before);
});

it('brings everything over as it said, and again changes nothing, not even the version of a row', async () => {
  const source1 = await dumpSchema(source.pool, 'public');
  const planned = await run(database);
  const applied = await run(database, { apply: true });
  expect(applied.text.split('\n').filter((line) => line.startsWith('user'))).toEqual(
    planned.text.split('\n').filter((line) => line.startsWith('user')),
  );
  const rows = await database.pool.query(`
    select
      (select count(*)::integer from hopsmeter.users) as users,
      (select count(*)::integer from hopsmeter.projects) as projects,
      (select count(*)::integer from hopsmeter.user_hopsworks_assignments) as assignments,
      (select count(*)::integer from hopsmeter.user_aliases where alias ~ '^user[0-9]{4}$') as aliases,
      (select amount::text from hopsmeter.credit_grants where account_owner_id = 'auth0|free-only') as "freeGrant",
      (select ended_at from hopsmeter.user_hopsworks_assignments where user_id = 'auth0|deleted') as "deletedAt"
  `);
  const countOf = (table: string, all: readonly unknown[]) =>
    all.length - refused.filter((row) => row.startsWith(`${table} `)).length;
  expect(rows.rows).toEqual([
    {
      users: countOf('users', application.users),
      projects: countOf('user_projects', application.projects),
      assignments: countOf('user_hopsworks_assignments', application.assignments),
      aliases: application.assignments.filter((row) => row.hopsworks_username !== null).length,
      freeGrant: '4.32',
      deletedAt: new Date('2026-10-21T00:00:00Z'),
    },
  ]);
  const everything = await dumpSchema(database.pool, 'hopsmeter');
  expect(everything.join('\n')).not.toContain('secret-');
  const again = await run(database, { apply: true });
  expect([again.code, again.text]).toEqual([2, expect.stringMatching(/users +65 +0 +63 +0 +2\n/)]);
  expect(again.text).toContain(`${refused.length} rows cannot come over`);
  expect(again.text).not.toContain('differ from what hopsmeter has');
  expect(await dumpSchema(database.pool, 'hopsmeter')).toEqual(everything);
  expect(await dumpSchema(source.pool, 'public')).toEqual(source1);
});

it('ends the same when it was interrupted between any two parts', async () => {
  const other = await createTestDatabase();
  try {
    let interruptions = 0;
    for (let isDone = false; !isDone; ) {
      const stopping = new AbortController();
      const onPart = (): void => stopping.abort(new Error('interrupted'));
      const rows = await readApplicationDirectory(source.url);
      const plan = planDirectory(rows, await readOurDirectory(other.pool), NOW);
      const change = { actor: { kind: 'service', id: 'test' }, requestId: 'test' } as const;
      const progress = { signal: stopping.signal, onPart };
      isDone = await makeDirectoryChanges(other.pool, change, plan.changes, progress).then(
        () => true,
        (error: Error) => error.message !== 'interrupted',
      );
      if (!isDone) interruptions += 1;
    }
    expect(interruptions).toBeGreaterThan(1);
    expect(await readMovedIn(other.pool)).toEqual(await readMovedIn(database.pool));
  } finally {
    await other.close();
  }
});

it('leaves out what a rule refuses since the plan was made, and nothing else of its part', async () => {
  const other = await createTestDatabase();
  try {
    await other.pool.query(`
      create function public.refuse() returns trigger language plpgsql as $$
      begin
        if new.namespace = 'nasty-reused' then
          raise exception 'taken' using errcode = '23P01', constraint = 'projects_no_overlap';
        end if;
        return new;
      end $$;
      create trigger refuse before insert on hopsmeter.projects for each row execute function public.refuse()
    `);
    const { text } = await run(other, { apply: true });
    expect(text).toContain('NAMESPACE_TAKEN');
    const wanted = (await readMovedIn(database.pool)).filter((row) => !JSON.stringify(row).includes('nasty-reused'));
    expect(await readMovedIn(other.pool)).toEqual(wanted);
  } finally {
    await other.close();
  }
});

it('says in one sentence what is wrong with its input', async () => {
  const nowhere = 'postgres://somebody:hidden@127.0.0.1:1/x';
  await expect(run(database, { from: 'hidden' })).rejects.toThrow(/^--from must be a URL that starts with postgres/);
  await expect(run(database, { from: nowhere })).rejects.toThrow(
    /^The application database at 127.0.0.1:1 \(--from\) cannot be reached or read: .*ECONNREFUSED.*\.$/,
  );
  await expect(run(database, { env: {} })).rejects.toThrow('Set DATABASE_URL');
  await expect(run(database, { env: { DATABASE_URL: nowhere } })).rejects.toThrow(/^Postgres at .*ECONNREFUSED/);
  await expect(run(database, { report: '/nowhere/report' })).rejects.toThrow('The report cannot be written');
  await source.pool.query('drop schema hopsmeter cascade');
  await expect(run(source)).rejects.toThrow('run hopsmeter migrate first');
});
