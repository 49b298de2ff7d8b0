import {
  createTestDatabase,
  findRollupDifferences,
  type ReportedUsage,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  createDirectory,
  formatUsageDay,
  type Micros,
  parseQuantity,
  parseTime,
  parseUsageDay,
} from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDirectory } from '../directory/load-directory.ts';
import { closeMonths } from './close-months.ts';
import { draftStatement } from './draft-statement.ts';
import { findStatementDifferences } from './find-statement-differences.ts';
import { readStatement } from './read-statement.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
const RECORDERS = 3;
const BATCHES = 60;
const EVENTS = 20;

const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
const SEPTEMBER = dayOf('2025-09-01');
const OCTOBER = dayOf('2025-10-01');
const NOVEMBER = dayOf('2025-11-01');
const START = parseTime('2025-09-01T00:00:00Z') ?? Number.NaN;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

/** Rows, events and statement of a closed month, as text. */
async function readKept(accountOwnerId: string, month: number): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ row: string }>(
    `with range as (select $2::date as first_day, ($2::date + interval '1 month')::date as end_day)
    select daily::text as row from hopsmeter.usage_daily as daily, range
    where account_owner_id = $1 and booked_on >= first_day and booked_on < end_day
    union all
    select event::text from hopsmeter.usage_events as event, range
    where account_owner_id = $1 and coalesce(booked_on, usage_date) >= first_day
      and coalesce(booked_on, usage_date) < end_day
    union all
    select statements::text from hopsmeter.statements where account_owner_id = $1 and month = $2::date
    union all
    select line::text from hopsmeter.statement_lines as line
      join hopsmeter.statements on statements.id = line.statement_id
    where account_owner_id = $1 and month = $2::date
    order by 1`,
    [accountOwnerId, formatUsageDay(month)],
  );
  return rows.map(({ row }) => row);
}

/** Usage of two months, of everybody, in an order that has nothing to do with its days. */
function usageOf(recorder: number, batch: number): ReportedUsage[] {
  const people = [seeded.ownerId, seeded.memberId, seeded.otherId];
  return Array.from({ length: EVENTS }, (_, place) => {
    const number = (recorder * BATCHES + batch) * EVENTS + place;
    const start = START + ((number * 7_919) % 60) * DAY + ((number * 31) % 24) * HOUR;
    return {
      id: `event-${number}`,
      clusterId: seeded.clusterId,
      subject: people[number % people.length],
      start,
      end: start + HOUR,
      quantity: `1.${String(number).padStart(5, '0')}`,
    };
  });
}

it('counts every event once, in the closed statement or the next, while workers record and many close', async () => {
  const quantities: string[] = [];
  let refusedCount = 0;
  let done = 0;
  const record = async (recorder: number) => {
    for (let batch = 0; batch < BATCHES; batch++) {
      const usages = usageOf(recorder, batch);
      // As in a worker: the directory of before, until the database says that it has changed.
      const old = createDirectory(await loadDirectory(database.pool));
      await new Promise((resolve) => setImmediate(resolve));
      const recorded = await recordUsage(database.pool, usages, old);
      expect(recorded.counted).toBe(usages.length);
      refusedCount += recorded.refusedCount;
      quantities.push(...usages.map(({ quantity }) => quantity));
      done += 1;
    }
  };
  const closing = async (month: number, after: number, ids?: readonly string[]) => {
    while (done < after) await new Promise((resolve) => setImmediate(resolve));
    return closeMonths(database.pool, CHANGE, { month, accountOwnerIds: ids });
  };
  const kept = new Map<string, readonly string[]>();
  const closeAndKeep = async (month: number, after: number, ids?: readonly string[]) => {
    const { closed, refused } = await closing(month, after, ids);
    expect(refused).toEqual([]);
    for (const { accountOwnerId, isNew } of closed)
      if (isNew) kept.set(`${accountOwnerId} ${month}`, await readKept(accountOwnerId, month));
    return closed;
  };
  const third = (RECORDERS * BATCHES) / 3;
  const closeBoth = async () => {
    const september = await Promise.all([
      closeAndKeep(SEPTEMBER, third),
      closeAndKeep(SEPTEMBER, third, [seeded.ownerId, seeded.otherId]),
      closeAndKeep(SEPTEMBER, third, [seeded.otherId]),
    ]);
    const october = await Promise.all([
      closeAndKeep(OCTOBER, 2 * third),
      closeAndKeep(OCTOBER, 2 * third, [seeded.otherId, seeded.ownerId]),
    ]);
    return [...september, ...october].flat();
  };
  const [closings] = await Promise.all([
    closeBoth(),
    ...Array.from({ length: RECORDERS }, (_, recorder) => record(recorder)),
  ]);
  expect(refusedCount).toBeGreaterThan(0);
  expect(closings.filter(({ isNew }) => isNew).length).toBe(4);

  const { rows } = await database.pool.query<{ number: number }>(
    'select number from hopsmeter.statements order by number',
  );
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(kept.size).toBe(4);
  for (const [key, rows] of kept) {
    const [account = '', month = ''] = key.split(' ');
    expect(await readKept(account, Number(month))).toEqual(rows);
  }

  let billedQuantity = 0n;
  let billed = 0n;
  const kinds = new Set<string>();
  for (const account of [seeded.ownerId, seeded.otherId])
    for (const statement of [
      await readStatement(database.pool, account, SEPTEMBER),
      await readStatement(database.pool, account, OCTOBER),
      await draftStatement(database.pool, account, NOVEMBER),
    ])
      for (const { kind, quantity = 0n, amountExact } of statement?.lines ?? []) {
        kinds.add(kind);
        billedQuantity += quantity;
        billed += amountExact;
      }
  const used = quantities.map(parseQuantity).reduce((sum, quantity) => sum + quantity, 0n);
  expect(quantities.length).toBe(RECORDERS * BATCHES * EVENTS);
  expect(billedQuantity).toBe(used);
  expect(billed).toBe((used * 35n) / 100n);
  expect([...kinds].sort()).toEqual(['late_usage', 'usage']);
  expect(await findStatementDifferences(database.pool)).toEqual([]);
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});

it('gives numbers without gaps to everybody who closes at once', async () => {
  const accounts = Array.from({ length: 30 }, (_, i) => `auth0|account-${i}`);
  await database.pool.query('insert into hopsmeter.users (id) select id from unnest($1::text[]) as id', [accounts]);
  const closed = await Promise.all(
    accounts.flatMap((account) =>
      [account, account].map((id) => closeMonths(database.pool, CHANGE, { month: SEPTEMBER, accountOwnerIds: [id] })),
    ),
  );
  const isNew = closed.flatMap(({ closed }) => closed.map((statement) => statement.isNew));
  expect(isNew.filter(Boolean).length).toBe(accounts.length);
  const { rows } = await database.pool.query<{ number: number }>(
    'select number from hopsmeter.statements order by number',
  );
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, place) => place + 1));
  expect(rows.length).toBe(4 + accounts.length);
});
