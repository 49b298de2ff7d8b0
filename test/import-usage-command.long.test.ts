import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Charge,
  changeOwner,
  changePrices,
  correctEvent,
  draftStatement,
  eachCharge,
  eachUsageDaily,
  importPastUsage,
  type PriceChange,
  planRemittances,
  previewPriceChange,
  readReceipt,
  readStatement,
  reconcileNow,
  reRatePart,
  setStripeCustomer,
} from '@hopsmeter/db';
import { addMonths, monthOf, ONE, parseTime, parseUsageDay, type UsageMonth } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScreen } from '../packages/cli/src/console/screen.ts';
import { type ImportContext, runImport } from '../packages/cli/src/run-import.ts';
import { addNastyRows } from './harness/application-database/add-nasty-rows.ts';
import type { UsageRow } from './harness/application-database/application-rows.ts';
import { createApplication } from './harness/application-database/create-application.ts';
import { createNastyUsage, createUsage, dayAgo, usageRow } from './harness/application-database/create-usage.ts';
import { insertRows, loadApplication } from './harness/application-database/load-application.ts';
import { loadUsage } from './harness/application-database/load-usage.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type TestDatabase,
} from './support/db/test-database.ts';

const { application } = addNastyRows(createApplication({ seed: 1, clusters: 3, teams: 6, users: 20, projects: 20 }));
const ORDINARY_USERS = { ...application, users: application.users.slice(0, 20) };
const GOOD = [...createUsage(ORDINARY_USERS, 1, 110)].flat();
const TODAY = [usageRow(application.users[0]?.id ?? '', dayAgo(0)), /^the day is not over$/] as const;
const NASTY = [...createNastyUsage(application), TODAY];
const REFUSED = NASTY.flatMap(([row, reason]) => (reason === undefined ? [] : [{ key: keyOf(row), reason }]));
const COMING = [...GOOD, ...NASTY.flatMap(([row, reason]) => (reason === undefined ? [row] : []))];
const NOW = new Date('2026-11-20T12:00:00.000Z');

let source: TestDatabase;
let database: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  await loadApplication(source.pool, application);
  await loadUsage(source.pool, [GOOD, NASTY.map(([row]) => row)]);
  database = await createTestDatabase();
});
afterAll(async () => {
  await source?.close();
  await database?.close();
});

function keyOf({ user_id, date }: Pick<UsageRow, 'user_id' | 'date'>): string {
  return `${user_id}/${date}`;
}

/** Runs the command; the report comes as its lines of usage and months. */
async function run(options: Partial<ImportContext> = {}) {
  const written: string[] = [];
  const screen = createScreen({ write: (text: string) => written.push(text) });
  const report = join(tmpdir(), `hopsmeter-usage-report-${process.pid}.ndjson`);
  const { signal } = new AbortController();
  const env = { DATABASE_URL: database.url };
  const code = await runImport({ from: source.url, apply: false, report, env, screen, now: NOW, signal, ...options });
  const lines: { outcome: string; table: string; key: string; reason: string }[] = (await readFile(report, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const listed = lines.filter(({ table }) => table === 'usage_daily' || table === 'statements');
  const [total] = written.join('').match(/^usage_daily .*$/m) ?? [];
  const counts = total
    ?.split(/ +/)
    .slice(1)
    .map((cell) => cell.replaceAll(',', ''));
  return { code, text: written.join(''), listed, counts };
}

/**
 * The oracle: what each row must become, worked out apart from the code. Quantities in units of 0.0001, by
 * user/day/meter.
 */
function expectedOf(rows: readonly UsageRow[]): Map<string, string> {
  const expected = new Map<string, string>();
  for (const row of rows) {
    const put = (meter: string, text: string | null, factor = 1n): void => {
      const [whole = '0', fraction = ''] = (text ?? '0').split('.');
      const units = BigInt(whole + fraction.padEnd(4, '0')) * factor;
      if (units !== 0n || meter === 'imported_usd') expected.set(`${keyOf(row)} ${meter}`, String(units));
    };
    put('imported_cpu_hours', row.opencost_cpu_hours);
    put('imported_gpu_hours', row.opencost_gpu_hours);
    put('imported_ram_gb_hours', row.opencost_ram_gb_hours);
    put('imported_online_storage_gb_hours', row.online_storage_gb, 24n);
    put('imported_offline_storage_gb_hours', row.offline_storage_gb, 24n);
    put('imported_network_egress_gb', row.network_egress_gb);
    put('imported_usd', row.total_cost);
  }
  return expected;
}

function centsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(2, '0'));
}

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

const QUANTITIES = `
select user_id || '/' || usage_date || ' ' || meter as key, trim_scale(quantity * 10000)::text as units
`;

it('says what would come over by month, and changes nothing', async () => {
  const before = await dumpSchema(database.pool, 'hopsmeter');
  const { code, text, listed, counts } = await run({ switch: '2026-11' });
  expect(code).toBe(2);
  const november = GOOD.filter(({ date }) => date >= '2026-11-01');
  const billed = COMING.filter((row) => !november.includes(row));
  const cents = billed.reduce((total, { total_cost }) => total + centsOf(total_cost ?? '0'), 0n);
  const sum = `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`.replace(/\.?0+$/, '');
  const all = GOOD.length + NASTY.length;
  expect(counts?.slice(1)).toEqual([all, billed.length, 0, 0, all - billed.length, sum].map(String));
  expect(text).toMatch(/2026-10 +31 +620 +620 +0 +0 +0 /);
  expect(listed.filter(({ reason }) => reason === 'hopsmeter counts from 2026-11-01 on').length).toBe(
    november.length + 2,
  );
  expect(await dumpSchema(database.pool, 'hopsmeter')).toEqual(before);
});

it('brings every day over to the last digit, lists each row that stays, and changes nothing again', async () => {
  const sourceBefore = await dumpSchema(source.pool, 'public');
  const { counts, listed } = await run({ apply: true });
  const all = GOOD.length + NASTY.length;
  expect(counts?.slice(1, -1)).toEqual([all, COMING.length, 0, 0, REFUSED.length].map(String));
  expect(listed.map(({ key }) => key).sort()).toEqual(REFUSED.map(({ key }) => key).sort());
  for (const { key, reason } of REFUSED) expect(listed.find((row) => row.key === key)?.reason).toMatch(reason);

  const expected = expectedOf(COMING);
  for (const from of [
    'hopsmeter.usage_daily',
    'hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)',
  ])
    expect(
      new Map(
        (await rowsOf<{ key: string; units: string }>(`${QUANTITIES} from ${from}`)).map((row) => [row.key, row.units]),
      ),
    ).toEqual(expected);
  const [{ wrong } = { wrong: -1 }] = await rowsOf<{ wrong: number }>(`
    select count(*)::integer as wrong from hopsmeter.usage_daily
    where cost <> case meter when 'imported_usd' then quantity else 0 end or booked_on <> usage_date
  `);
  expect(wrong).toBe(0);
  const owners = await rowsOf<{ key: string; owner: string }>(`
    select user_id || '/' || usage_date as key, account_owner_id as owner from hopsmeter.usage_events
  `);
  expect(new Map(owners.map(({ key, owner }) => [key, owner]))).toEqual(
    new Map(COMING.map((row) => [keyOf(row), row.account_owner_id ?? row.user_id])),
  );
  expect(await findRollupDifferences(database.pool)).toEqual([]);

  const everything = await dumpSchema(database.pool, 'hopsmeter');
  const again = await run({ apply: true });
  expect(again.counts?.slice(1, -1)).toEqual([all, 0, COMING.length, 0, REFUSED.length].map(String));
  expect(await dumpSchema(database.pool, 'hopsmeter')).toEqual(everything);
  expect(await dumpSchema(source.pool, 'public')).toEqual(sourceBefore);
});

it('lists a day that the application changed afterwards, and never counts it twice', async () => {
  const [row] = GOOD;
  if (row === undefined) throw new Error('there is no row');
  const everything = await dumpSchema(database.pool, 'hopsmeter');
  const change = `update public.usage_daily set total_cost = $3 where user_id = $1 and date = $2`;
  await source.pool.query(change, [row.user_id, row.date, '1234.56']);
  const { code, listed, counts } = await run({ apply: true });
  await source.pool.query(change, [row.user_id, row.date, row.total_cost]);
  expect([code, counts?.[4]]).toEqual([2, '1']);
  expect(listed.filter(({ outcome }) => outcome === 'different')).toMatchObject([{ key: keyOf(row) }]);
  expect(await dumpSchema(database.pool, 'hopsmeter')).toEqual(everything);
});

it('stops between two pages when it is interrupted', async () => {
  const stopping = new AbortController();
  let parts = 0;
  const interrupted = importPastUsage(database.pool, {
    from: source.url,
    scope: { owners: new Map(), clusterIds: new Set(), clusterOf: new Map(), end: { day: 0, reason: 'none' } },
    change: undefined,
    signal: stopping.signal,
    async onPart(part) {
      parts += part.length;
      stopping.abort(new Error('interrupted'));
    },
  });
  await expect(interrupted).rejects.toThrow('interrupted');
  expect(parts).toBeLessThan(GOOD.length);
});

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'test' } as const;
const OWNER = application.users[0]?.id ?? '';
const DISCOUNTED = application.users[1]?.id ?? '';
const MEMBER = application.users.find(({ account_owner_id }) => account_owner_id === OWNER)?.id ?? '';

/** Within the days that Stripe takes. */
const CUSTOMER_FROM = parseUsageDay(dayAgo(20)) ?? 0;

/** Everything that imported usage is in the rollup. */
const IMPORTED_ROWS = `
select * from hopsmeter.usage_daily where starts_with(meter, 'imported_') order by id
`;

it('is untouched by prices, discounts and changes of owners, and is told from metered usage everywhere', async () => {
  const { pool } = database;
  const before = await rowsOf(IMPORTED_ROWS);
  const day = parseUsageDay('2020-01-01') ?? 0;
  const discount: PriceChange = {
    kind: 'set_override',
    accountOwnerId: DISCOUNTED,
    override: { kind: 'discount', meter: undefined, percent: 50n * ONE },
    validFrom: day,
    validTo: undefined,
  };
  const now = parseTime('2026-11-20T00:00:00Z') ?? 0;
  await setStripeCustomer(pool, WHO, { accountOwnerId: OWNER, stripeCustomerId: 'cus_1', from: CUSTOMER_FROM }, now);
  expect(await planRemittances(pool, { now, monthGraceHours: 1 })).toEqual({ planned: 0, hasMore: false });
  const { fingerprint, accounts } = await previewPriceChange(pool, discount);
  expect(accounts).toEqual([]);
  await changePrices(pool, WHO, { change: discount, reason: 'test', fingerprint });
  while ((await reRatePart(pool)) !== undefined);
  const stay = { accountOwnerId: null, from: `${dayAgo(80)}T00:00:00Z`, reason: 'test' };
  await changeOwner(pool, WHO, { userId: MEMBER, ...stay });
  expect(await rowsOf(IMPORTED_ROWS)).toEqual(before);
  const report = await reconcileNow(pool, WHO, {
    from: dayAgo(100),
    to: dayAgo(0),
  });
  expect(report.differences).toEqual([]);

  const id = `import/${OWNER}/${dayAgo(40)}`;
  const answer = await readReceipt(pool, { id, source: undefined, accountOwnerId: OWNER });
  if (answer === undefined || !('receipt' in answer)) throw new Error('there is no receipt');
  const { receipt } = answer;
  expect(receipt.recorded).toMatchObject({ eventId: id, type: 'imported' });
  expect(receipt.arrival).toMatchObject({ enteredBy: 'hopsmeter import' });
  expect(receipt.attributions).toMatchObject([{ attributedBy: 'import', accountOwnerId: OWNER }]);
  expect(
    receipt.parts[0]?.bookings.every(({ meter, price }) => meter.startsWith('imported_') && price?.rate === null),
  ).toBe(true);
  expect(await readReceipt(pool, { id, source: receipt.source, accountOwnerId: undefined })).toMatchObject(answer);
  expect(await readReceipt(pool, { id, source: undefined, accountOwnerId: 'auth0|stranger' })).toBeUndefined();
  const correction = { id, source: undefined, usages: [], reason: 'test', isDryRun: false };
  await expect(correctEvent(pool, WHO, correction)).rejects.toMatchObject({ code: 'IMPORTED_USAGE' });

  const flags = new Set<string>();
  await eachUsageDaily(pool, { from: dayAgo(100), to: dayAgo(0) }, async (rows) => {
    for (const { isImported, meter } of rows) flags.add(`${isImported} ${meter.startsWith('imported_')}`);
  });
  expect([...flags]).toEqual(['true true']);
  const wide = await rowsOf<{ sum: string }>('select sum(total_cost)::text from hopsmeter.usage_daily_by_user');
  const charges: Charge[] = [];
  await eachCharge(pool, { month: monthOf(parseUsageDay(dayAgo(40)) ?? 0), accountOwnerId: OWNER }, async (some) => {
    charges.push(...some);
  });
  expect(charges.length).toBeGreaterThan(30);
  expect(charges.every(({ meter, usage }) => meter.startsWith('imported_') && usage !== undefined)).toBe(true);
  const billed = COMING.reduce((total, { total_cost }) => total + centsOf(total_cost ?? '0'), 0n);
  expect(centsOf(wide[0]?.sum ?? '')).toBe(billed);
});

it('closes the months before the switch at what was billed, with nothing due, and bills no day twice', async () => {
  const { pool } = database;
  const [assignment] = application.assignments;
  const metered = (date: string) => ({
    id: `metered-${date}`,
    clusterId: assignment?.hopsworks_cluster_id ?? '',
    subject: assignment?.user_id ?? '',
    start: parseTime(`${date}T10:00:00Z`) ?? 0,
    end: parseTime(`${date}T11:00:00Z`) ?? 0,
    quantity: '3',
  });
  // Beside: a day was metered here before the application's row of it comes, and another one's row is new.
  const user_id = assignment?.user_id ?? '';
  const late = { ...usageRow(user_id, dayAgo(120)), total_cost: '7.01', hopsworks_cluster_id: metered('').clusterId };
  expect(await recordUsage(pool, [metered(dayAgo(120)), metered(dayAgo(50))])).toMatchObject({ counted: 2 });
  await insertRows(source.pool, 'usage_daily', [late]);
  const refused = await run({ apply: true });
  expect(refused.listed.filter(({ key }) => key === keyOf(late))).toMatchObject([{ reason: /metered usage costs/ }]);

  const dry = await run({ switch: '2026-11' });
  expect(dry.text).toContain('metered usage of 1 accounts before 2026-11 costs nothing');
  const applied = await run({ apply: true, switch: '2026-11' });
  expect(applied.listed.filter(({ table }) => table === 'statements')).toEqual([]);
  expect(applied.listed.filter(({ key }) => key === keyOf(late))).toEqual([]);
  const cents = new Map<string, bigint>();
  for (const { user_id: user, account_owner_id, date, total_cost } of [...COMING, late]) {
    const key = `${account_owner_id ?? user} ${date.slice(0, 7)}-01`;
    if (date < '2026-11-01') cents.set(key, (cents.get(key) ?? 0n) + centsOf(total_cost ?? '0'));
  }
  type Row = { key: string; total: string; imported: string; prepaid: string; due: string };
  const statements = await rowsOf<Row>(`
    select account_owner_id || ' ' || month as key, total::text, imported::text, prepaid::text, amount_due::text as due
    from hopsmeter.statements
  `);
  expect(new Map(statements.map(({ key, total }) => [key, centsOf(total)]))).toEqual(cents);
  for (const row of statements) expect(row).toMatchObject({ imported: row.total, prepaid: '0.00', due: '0.00' });
  expect(await rowsOf('select from hopsmeter.grant_draws')).toEqual([]);
  expect(
    (await readStatement(pool, OWNER, monthBefore(dayAgo(0))))?.lines.some(({ meter }) => meter === 'imported_usd'),
  ).toBe(true);
  expect(await findRollupDifferences(pool)).toEqual([]);

  const everything = await dumpSchema(pool, 'hopsmeter');
  expect((await run({ apply: true, switch: '2026-11' })).listed.filter(({ table }) => table === 'statements')).toEqual(
    [],
  );
  expect(await dumpSchema(pool, 'hopsmeter')).toEqual(everything);

  // A day of a closed month that comes over later is on the next statement, and not due there either.
  const later = { ...late, date: dayAgo(121), total_cost: '1.01' };
  await insertRows(source.pool, 'usage_daily', [later]);
  await run({ apply: true, switch: '2026-11' });
  expect(
    await rowsOf(
      `select booked_on::text as "bookedOn", cost::text from hopsmeter.usage_daily
        where booked_on <> usage_date and meter = 'imported_usd'`,
    ),
  ).toEqual([{ bookedOn: '2026-11-01', cost: expect.stringMatching(/^1\.010+$/) }]);
  const draft = await draftStatement(pool, user_id, monthBefore('2026-12-01'));
  expect(draft.amountDue).toBe(draft.total - draft.imported);
  expect(draft.imported).toBeGreaterThan(100n);
});

function monthBefore(day: string): UsageMonth {
  return addMonths(monthOf(parseUsageDay(day) ?? 0), -1);
}
