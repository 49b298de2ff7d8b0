import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpApp } from '@hopsmeter/runtime';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createScreen } from '../packages/cli/src/console/screen.ts';
import { type CompareContext, runCompare } from '../packages/cli/src/run-compare.ts';
import { type JobFault, runHourlyJob, type UsedHour } from './harness/application-database/hourly-job.ts';
import { insertRows } from './harness/application-database/load-application.ts';
import {
  createApplicationOf,
  createMonth,
  EAST,
  MOVE,
  meterMonth,
} from './harness/application-database/metered-month.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import { ROOT } from './harness/pipeline.ts';
import { createTestApp, TEST_KEY, TEST_NOW } from './support/api/test-api.ts';
import { createTestDatabase, type TestDatabase } from './support/db/test-database.ts';

const NOW = new Date('2026-12-01T12:00:00Z');
const CSV = join(tmpdir(), `hopsmeter-comparison-${process.pid}.csv`);

const [ANNA, BEN, CORA, DAN] = ['auth0|anna', 'auth0|ben', 'auth0|cora', 'auth0|dan'] as const;

/** Half a cent and less: of these hours nothing is in total_cost. */
const SMALL_COSTS = '2026-11-22';

/** Cora's storage grows at noon of this day. */
const GROWTH = '2026-11-20';

/** As the clusters report the month, with the days on which no fault of the job is needed for a difference. */
const reported = createMonth().map((used): UsedHour => {
  if (used.userId === ANNA && used.date === SMALL_COSTS) return { ...used, cpu: 10, gpu: 0, ram: 100 };
  if (used.userId === CORA && used.date >= GROWTH && (used.date > GROWTH || used.hour >= 12))
    return { ...used, onlineGb: used.onlineGb * 2 };
  return used;
});

/** The month without what makes a difference by itself: nobody moves, nothing is small, nothing grows within a day. */
const isPlain = ({ userId, date }: { readonly userId: string; readonly date: string }) =>
  !(userId === ANNA && date === SMALL_COSTS) &&
  !(userId === CORA && date === GROWTH) &&
  !(userId === DAN && date === MOVE.date);

let source: TestDatabase;
let database: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  await createApplicationOf(source.pool);
  database = await createTestDatabase();
  await meterMonth(database.pool, reported);
});
afterAll(async () => {
  await source?.close();
  await database?.close();
});
beforeEach(async () => {
  await source.pool.query('delete from public.usage_daily');
});

async function run(options: Partial<CompareContext> = {}) {
  const written: string[] = [];
  const screen = createScreen({ write: (text: string) => written.push(text) });
  const { signal } = new AbortController();
  const env = { DATABASE_URL: database.url };
  const context = { month: '2026-11', from: source.url, csv: CSV, env, screen, now: NOW, signal };
  const code = await runCompare({ ...context, ...options });
  const rows: Record<string, string>[] = parse(await readFile(CSV, 'utf8'), { columns: true });
  return { code, text: written.join(''), rows };
}

/** Fills the application's table with what its job leaves; without what differs by itself, as hopsmeter has it. */
async function runJob(faults: readonly JobFault[], isWanted = isPlain): Promise<void> {
  const rows = runHourlyJob(reported, faults);
  await insertRows(
    source.pool,
    'usage_daily',
    rows.filter((row) => isWanted({ userId: row.user_id, date: row.date })),
  );
}

/** The days of users on which something has these causes, by cause. */
function daysByCause(rows: readonly Record<string, string>[]): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { causes = '', userId, date } of rows.filter((row) => row.causes !== 'equal'))
    found.set(causes, (found.get(causes) ?? new Set()).add(`${userId} ${date}`));
  return Object.fromEntries([...found].map(([causes, days]) => [causes, [...days]]));
}

const daysOfMonth = [...new Set(reported.map(({ date }) => date))];

/** What a day differs by: the difference, the causes and the detail of each measure. */
function describeDay(rows: readonly Record<string, string>[], userId: string, date: string) {
  return rows
    .filter((row) => row.causes !== 'equal' && row.userId === userId && row.date === date)
    .map(({ measure, difference, causes, detail }) => [measure, difference, causes, detail].join(' | '));
}

it('finds every cause that is injected once into a month, under its name, and changes nothing', async () => {
  await runJob(
    [
      { kind: 'wrong_day', userId: ANNA, date: '2026-11-03' },
      { kind: 'missing_hour', userId: ANNA, date: '2026-11-06', hour: 10 },
      { kind: 'double_hour', userId: ANNA, date: '2026-11-08', hour: 10 },
      { kind: 'member_not_billed', userId: BEN, date: '2026-11-10' },
      { kind: 'owner_overwritten', userId: BEN, date: '2026-11-12', ownerId: null },
      { kind: 'orphan_namespace', userId: ANNA, date: '2026-11-16', namespace: 'anna-two' },
      { kind: 'clamped_negative', userId: ANNA, date: '2026-11-18', hour: 9, measured: 'cpu' },
    ],
    () => true,
  );
  const before = [await dumpSchema(source.pool, 'public'), await dumpSchema(database.pool, 'hopsmeter')];
  const { code, rows, text } = await run();
  expect(daysByCause(rows)).toEqual({
    wrong_day: [`${ANNA} 2026-11-03`, `${ANNA} 2026-11-04`],
    missing_hour: [`${ANNA} 2026-11-06`],
    double_hour: [`${ANNA} 2026-11-08`],
    member_not_billed: [`${BEN} 2026-11-10`],
    owner_overwritten: [`${BEN} 2026-11-12`],
    last_cluster_wins: [`${DAN} ${MOVE.date}`],
    orphan_namespace: [`${ANNA} 2026-11-16`],
    clamped_negative: [`${ANNA} 2026-11-18`],
    storage_snapshot: [`${CORA} ${GROWTH}`],
    rounding_of_small_costs: [`${ANNA} ${SMALL_COSTS}`],
  });
  expect(code).toBe(0);
  expect(text).toContain('wrong day by collection time');
  expect(describeDay(rows, ANNA, '2026-11-18')).toEqual([
    expect.stringMatching(
      /^cpu_hours \| \d+\.0000 \| clamped_negative \| cpu of 09:00 in anna-one and 09:00 in anna-two$/,
    ),
    expect.stringMatching(/^cost \| \d+\.\d\d \| clamped_negative \|/),
  ]);
  expect(describeDay(rows, DAN, MOVE.date)).toHaveLength(4);
  expect([await dumpSchema(source.pool, 'public'), await dumpSchema(database.pool, 'hopsmeter')]).toEqual(before);
});

it('finds a month without faults equal, whatever day it is compared on', async () => {
  await runJob([]);
  const everyDay = await run();
  const isOther = ({ userId = '', date = '' }: Record<string, string>) => isPlain({ userId, date });
  expect(everyDay.rows.filter(isOther).every(({ causes }) => causes === 'equal')).toBe(true);
  // The days that are not plain have no row here.
  const none = everyDay.rows.filter((row) => !isOther(row) && row.old !== '');
  expect(none).toEqual([]);
  const soFar = await run({ now: new Date('2026-11-13T03:00:00Z') });
  expect(soFar).toMatchObject({ code: 0, text: expect.stringContaining('numbers are equal.') });
  expect(soFar.text).toContain('compared 4 users from 2026-11-01 up to 2026-11-12');
  expect(soFar.text).toMatch(/cost +(\d+\.\d\d) +\1 +0\.00 +0\n/);
  expect(soFar.rows).toHaveLength(4 * 12 * 7);
});

it('says so where two things went wrong on one day', async () => {
  const day = { userId: ANNA, date: '2026-11-06' };
  await runJob(
    [
      { kind: 'missing_hour', ...day, hour: 10 },
      { kind: 'double_hour', ...day, hour: 15 },
      { kind: 'wrong_day', userId: ANNA, date: '2026-11-17' },
      { kind: 'orphan_namespace', userId: ANNA, date: '2026-11-18', namespace: 'anna-one' },
      { kind: 'missing_hour', userId: BEN, date: '2026-11-12', hour: 0 },
      { kind: 'missing_hour', userId: BEN, date: '2026-11-12', hour: 22 },
      // The job always books the last hour on the next day.
      ...daysOfMonth.map((date) => ({ kind: 'wrong_day', userId: DAN, date }) as const),
    ],
    () => true,
  );
  const { rows } = await run();
  expect(describeDay(rows, ANNA, day.date).map((row) => row.split(' | ').slice(2))).toEqual(
    Array.from({ length: 4 }, () => ['double_hour missing_hour', '15:00; 10:00']),
  );
  const found = daysByCause(rows);
  const ofDan = daysOfMonth.filter((date) => date > '2026-11' && date !== MOVE.date).map((date) => `${DAN} ${date}`);
  expect(found.wrong_day).toEqual([`${ANNA} 2026-11-17`, ...ofDan]);
  expect(found['wrong_day orphan_namespace']).toEqual([`${ANNA} 2026-11-18`]);
  expect(found['wrong_day last_cluster_wins']).toEqual([`${DAN} ${MOVE.date}`]);
  expect(describeDay(rows, BEN, '2026-11-12')[0]).toMatch(/\| missing_hour \| 00:00; 22:00$/);
  expect(found.unexplained).toBeUndefined();
});

it('leaves unexplained what nothing explains, and exits with 1', async () => {
  await runJob([]);
  await source.pool.query(`
    update public.usage_daily set opencost_cpu_hours = opencost_cpu_hours + 0.1234, total_cost = total_cost + 7.77
    where user_id = '${ANNA}' and date = '2026-11-05';
    update public.usage_daily set opencost_ram_gb_hours = 'NaN' where user_id = '${ANNA}' and date = '2026-11-07';
    update public.usage_daily set online_storage_gb = 71 where user_id = '${CORA}' and date = '2026-11-08';
    update public.usage_daily set account_owner_id = '${CORA}' where user_id = '${BEN}' and date = '2026-11-09';
    update public.usage_daily set network_egress_gb = 1 where user_id = '${BEN}' and date = '2026-11-11';
    delete from public.usage_daily where user_id = '${CORA}' and date = '2026-11-12';
    insert into public.users (id, email) values ('auth0|ghost', 'ghost@example.com');
    insert into public.usage_daily (user_id, date, total_cost) values ('auth0|ghost', '2026-11-13', 1);
  `);
  const { code, rows, text } = await run({ now: new Date('2026-11-14T02:00:00Z') });
  expect(code).toBe(1);
  expect(describeDay(rows, ANNA, '2026-11-05')).toEqual([
    'cpu_hours | -0.1234 | unexplained | ',
    'cost | -7.77 | unexplained | ',
  ]);
  expect(describeDay(rows, ANNA, '2026-11-07')).toEqual([
    "ram_gb_hours |  | unexplained | the application's number is none",
  ]);
  expect(Object.keys(daysByCause(rows))).toEqual(['unexplained']);
  expect(daysByCause(rows).unexplained).toEqual([
    ...['2026-11-05', '2026-11-07'].map((date) => `${ANNA} ${date}`),
    ...['2026-11-09', '2026-11-11'].map((date) => `${BEN} ${date}`),
    ...['2026-11-08', '2026-11-12'].map((date) => `${CORA} ${date}`),
    'auth0|ghost 2026-11-13',
  ]);
  expect(text).toContain('12 remain unexplained');
  expect(text).toContain(`2026-11-05 ${ANNA} cpu_hours: `);
});

it('compares what was metered, and counts imported days', async () => {
  await runJob([]);
  await source.pool.query(`
    insert into public.usage_daily (user_id, date, total_cost) values ('auth0|ghost', '2026-11-03', 9);
  `);
  const now = new Date('2026-11-14T02:00:00Z');
  expect((await run({ now })).code).toBe(1);
  await database.pool.query(`
    insert into hopsmeter.users (id) values ('auth0|ghost');
    insert into hopsmeter.meters (meter, unit, description) values ('imported_usd', 'USD', 'billed')
      on conflict do nothing;
    insert into hopsmeter.usage_daily
      (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price,
       price_quantity, event_count, first_event_at, last_event_at)
    select '2026-11-03', '2026-11-03', 'auth0|ghost', 'auth0|ghost', '${EAST}', 'imported_usd', 9, id, 1, 1, 1, now(),
      now()
    from hopsmeter.rates limit 1;
  `);
  const { code, text, rows } = await run({ now });
  expect([code, text]).toEqual([0, expect.stringContaining('1 imported days of users are')]);
  expect(rows.filter(({ userId }) => userId === 'auth0|ghost')).toEqual([]);
  await database.pool.query(`delete from hopsmeter.usage_daily where user_id = 'auth0|ghost'`);
});

it('tells which members the run for Stripe left out', async () => {
  await runJob([]);
  await source.pool.query(
    `update public.usage_daily set reported_to_stripe = true where date = '2026-11-05' and account_owner_id is null`,
  );
  const { rows } = await run({ now: new Date('2026-11-14T02:00:00Z') });
  expect(daysByCause(rows)).toEqual({ member_not_billed: [`${BEN} 2026-11-05`] });
  expect(describeDay(rows, BEN, '2026-11-05')).toEqual([
    expect.stringMatching(/^billed_cost \| \d+\.\d\d \| member_not_billed \| member of auth0\|anna$/),
  ]);
  await source.pool.query(`delete from public.users where id = 'auth0|ghost'`);
});

describe('GET /v1/comparisons/{month}', () => {
  let app: HttpApp;

  beforeEach(async () => {
    app = await createTestApp(database.pool, [], { applicationUrl: source.url });
  });
  afterEach(() => app.close());

  const get = async (query: string, headers: Record<string, string> = {}, from = app) => {
    const authorization = `Bearer ${TEST_KEY}`;
    const answer = await from.inject({ url: `/v1/comparisons/${query}`, headers: { authorization, ...headers } });
    return answer;
  };

  it('has the same rows, page by page and as a file, with the sums of the month first', async () => {
    await runJob(
      [
        { kind: 'missing_hour', userId: ANNA, date: '2026-11-06', hour: 10 },
        { kind: 'owner_overwritten', userId: BEN, date: '2026-11-12', ownerId: null },
      ],
      () => true,
    );
    const { rows } = await run({ now: new Date(TEST_NOW) });
    const wanted = rows
      .filter(({ causes }) => causes !== 'equal')
      .map(({ userId, date, measure }) => [userId, date, measure]);
    const found: string[][] = [];
    let next = '';
    do {
      const page = (await get(`2026-11?limit=3${next}`)).json();
      expect('summary' in page).toBe(next === '');
      if (next === '') {
        expect(page).toMatchObject({ month: '2026-11', from: '2026-11-01', to: '2026-11-22', userCount: 4 });
        expect(page.summary).toMatchObject({ differentCount: wanted.length, unexplainedCount: 0 });
        expect(page.summary.causes).toContainEqual({ cause: 'missing_hour', count: 4 });
        expect(page.rows[0].labels).toEqual({ user: 'anna@example.com' });
      }
      found.push(...page.rows.map((row: Record<string, string>) => [row.userId, row.date, row.measure]));
      next = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    } while (next !== '');
    expect(found).toEqual(wanted);

    const file = await get('2026-11', { accept: 'text/csv' });
    expect(file.headers['content-disposition']).toBe('attachment; filename="comparison-2026-11.csv"');
    expect(parse(file.body, { columns: true })).toEqual(rows.filter(({ causes }) => causes !== 'equal'));
  });

  it('shows one cause alone, and what is equal', async () => {
    await runJob([{ kind: 'owner_overwritten', userId: BEN, date: '2026-11-12', ownerId: null }]);
    const { rows, summary } = (await get('2026-11?cause=owner_overwritten')).json();
    expect(rows).toMatchObject([{ userId: BEN, date: '2026-11-12', measure: 'owner_cost', new: '0.00' }]);
    const equal = (await get('2026-11?cause=equal&limit=2')).json();
    expect(equal.rows).toMatchObject([
      { causes: [], difference: '0.0000' },
      { causes: [], difference: '0.0000' },
    ]);
    expect(equal.summary).toEqual(summary);
    const file = await get('2026-11?cause=double_hour', { accept: 'text/csv' });
    expect(file.body).toBe('userId,userName,date,measure,old,new,difference,causes,detail\r\n');
  });

  it('says what is wrong', async () => {
    expect((await get('2026-13')).json()).toMatchObject({ status: 400, errors: [{ code: 'INVALID_MONTH' }] });
    expect((await get('2026-11?cause=weather')).json()).toMatchObject({ errors: [{ code: 'INVALID_CHOICE' }] });
    expect((await get('2026-11?cursor=x')).json()).toMatchObject({ errors: [{ code: 'INVALID_CURSOR' }] });
    expect((await get('2027-01')).json()).toMatchObject({ from: '2027-01-01', to: '2027-01-01', rows: [] });
    const ask = async (applicationUrl: string | undefined) => {
      const other = await createTestApp(database.pool, [], { applicationUrl });
      const answer = await get('2026-11', {}, other);
      await other.close();
      return answer;
    };
    expect((await ask(undefined)).json()).toMatchObject({ status: 409, code: 'COMPARISON_OFF' });
    const away = await ask('postgres://somebody:hidden@127.0.0.1:1/x');
    expect(away.json()).toMatchObject({ status: 503, code: 'APPLICATION_UNREADABLE' });
    expect(away.json().detail).toBe('the application database (DIRECTORY_SOURCE_URL) cannot be reached or read');
    expect(away.headers['retry-after']).toBe('30');
    expect((await ask(database.url)).json().detail).toContain('missing: public.users');
  });
});

it('says in one sentence what is wrong with its input', async () => {
  const nowhere = 'postgres://somebody:hidden@127.0.0.1:1/x';
  await expect(run({ month: '2026-13' })).rejects.toThrow('2026-13 is not a month: expected one such as 2026-11.');
  await expect(run({ month: '2027-01' })).rejects.toThrow('2027-01 has not begun.');
  await expect(run({ from: 'hidden' })).rejects.toThrow(/^--from must be a URL that starts with postgres/);
  await expect(run({ from: nowhere })).rejects.toThrow(
    /^The application database at 127.0.0.1:1 \(--from\) cannot be reached or read: .*ECONNREFUSED.*\.$/,
  );
  await expect(run({ from: database.url })).rejects.toThrow(/does not hold the tables of the application; missing:/);
  await expect(run({ env: {} })).rejects.toThrow('Set DATABASE_URL');
  await expect(run({ env: { DATABASE_URL: nowhere } })).rejects.toThrow(/^Postgres at .*ECONNREFUSED/);
  await expect(run({ csv: '/nowhere/rows' })).rejects.toThrow('The file cannot be written');
  const empty = await createTestDatabase();
  await empty.pool.query('drop schema hopsmeter cascade');
  await expect(run({ env: { DATABASE_URL: empty.url } })).rejects.toThrow('run hopsmeter migrate first');
  await empty.close();
});

it.each([
  ['no month', ['compare'], 2],
  ['an unknown option', ['compare', '--mont', '2026-11'], 2],
  ['a question for help', ['compare', '--help'], 0],
])('called with %s, exits as what could not compare and not as what found something', (_name, args, code) => {
  const cli = join(ROOT, 'packages/cli/dist/main.js');
  expect(spawnSync(process.execPath, [cli, ...args], { stdio: 'ignore' }).status).toBe(code);
});
