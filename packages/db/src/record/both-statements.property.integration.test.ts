import { randomUUID } from 'node:crypto';
import {
  SAMPLE_START,
  type SampleEvent,
  sampleEvent,
  sampleParked,
  sampleRecord,
} from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { type BatchRecord, formatExactUnits, type LedgerRow, type Micros, parseUsageDay } from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conflictPositionsOf, kindOfFailure } from '../connection/errors.ts';
import { createRecording, type RecordBatches } from './create-recording.ts';
import { recordBatch } from './record-batch.ts';

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
const OPEN_MONTH = parseUsageDay('2026-12-01');

/** Two databases with equal directories: one records with the exact statement alone, the other expects new events. */
let exact: TestDatabase;
let expecting: TestDatabase;
let seeds: readonly [SeededDirectory, SeededDirectory];
beforeAll(async () => {
  exact = await createTestDatabase();
  expecting = await createTestDatabase();
  seeds = [await seedDirectory(exact.pool), await seedDirectory(expecting.pool)];
});
afterAll(() => Promise.all([exact?.close(), expecting?.close()]));

const usages = fc.uniqueArray(
  fc.record({
    meter: fc.constantFrom('cpu_hours', 'gpu_hours', 'ram_gb_hours', 'network_egress_gb'),
    quantity: fc.oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max: 10n ** 52n })).map(formatExactUnits),
  }),
  { selector: ({ meter }) => meter, maxLength: 4 },
);

const event = fc.record({
  /** Few, so that most come again, also with another content. */
  name: fc.nat(11),
  content: fc.constantFrom(1n, 1n, 1n, 1n, 2n),
  userId: fc.constantFrom('auth0|owner', 'auth0|member', 'auth0|other'),
  start: fc.integer({ min: -3 * DAY, max: 3 * DAY }).map((offset) => SAMPLE_START + offset),
  days: fc.array(usages, { minLength: 1, maxLength: 3 }),
  isBookedLater: fc.boolean(),
  isParked: fc.constantFrom(false, false, false, true),
});

const batch = fc.record({
  events: fc.uniqueArray(event, { selector: ({ name }) => name, maxLength: 5 }),
  duplicatesWithin: fc.constantFrom(0, 0, 1),
});

/** Statements of up to three batches. An identity is in a statement once, as `planBatches` promises; some run twice. */
const statement = fc.record({
  batches: fc.array(batch, { minLength: 1, maxLength: 3 }),
  isRepeated: fc.constantFrom(false, false, true),
});

type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

function recordOf(seeded: SeededDirectory, { batches }: Statement, ids: readonly string[], run: string): BatchRecord {
  const known = new Set<number>();
  const records = batches.map(({ events, duplicatesWithin }, place) => {
    const own = events.filter(({ name }) => !known.has(name));
    for (const { name } of own) known.add(name);
    const toSample = ({ name, content, userId, start, days }: (typeof own)[number]): SampleEvent =>
      sampleEvent(`${run} ${name}`, { content, userId, start, end: start + (days.length - 1) * DAY + HOUR, days });
    const counted = own.filter(({ isParked }) => !isParked);
    const parked = own
      .filter(({ isParked }) => isParked)
      .map((each, i) => ({
        ...sampleParked(seeded, toSample(each), 'unknown_user', counted.length + i),
        batch: place,
      }));
    const record = sampleRecord(seeded, counted.map(toSample), { parked }, { id: ids[place] ?? '', duplicatesWithin });
    const bookLater = (row: LedgerRow): LedgerRow =>
      counted[row.position]?.isBookedLater ? { ...row, bookedOn: OPEN_MONTH } : row;
    return { ...record, ledger: record.ledger.map((row) => ({ ...bookLater(row), batch: place })) };
  });
  const [first] = records;
  if (first === undefined) throw new Error('a statement without a batch');
  return {
    ...first,
    batches: records.flatMap((record) => record.batches),
    ledger: records.flatMap(({ ledger }) => ledger),
    parked: records.flatMap(({ parked }) => parked),
    prices: records.flatMap(({ prices }) => prices).filter(isFirst),
  };
}

const isFirst = <T extends BatchRecord['prices'][number]>(price: T, place: number, all: readonly T[]): boolean =>
  all.findIndex(
    (other) =>
      other.day === price.day &&
      other.accountOwnerId === price.accountOwnerId &&
      other.price.meter === price.price.meter,
  ) === place;

const outcomeOf = async (record: BatchRecord, recordBatches: RecordBatches): Promise<unknown> => {
  try {
    return (await recordBatches(record)) ?? 'recorded before';
  } catch (error) {
    if (kindOfFailure(error) !== 'conflicts') throw error;
    return { conflicts: [...conflictPositionsOf(error)].sort() };
  }
};

/** All that recording writes, but for ids that each database makes for itself and for the times of writing. */
const TABLES = {
  ledger: `select event_id, part, usage_date, content_hash, usage_batch_id, position, source_path, event_type,
      account_owner_id, user_id, project_id is null as has_no_project, attributed_by, window_started_at,
      window_ended_at, meters, quantities, booked_on, adjustment
    from hopsmeter.usage_events`,
  rollup: `select usage_date, booked_on, account_owner_id, user_id, project_id is null as has_no_project, meter,
      quantity, price, price_quantity, price_adjustment, cost, event_count, first_event_at, last_event_at
    from hopsmeter.usage_daily`,
  parked: `select event_id, content_hash, usage_batch_id, position, reason, detail, status, resolution, event
    from hopsmeter.parked_events`,
  batches: `select id, received_at, event_count, counted_count, duplicate_count, parked_count, requests
    from hopsmeter.usage_batches`,
};

async function readAll({ pool }: TestDatabase): Promise<Record<string, readonly string[]>> {
  const found = Object.entries(TABLES).map(async ([name, query]) => {
    const { rows } = await pool.query<{ row: string }>(`select found::text as row from (${query}) as found order by 1`);
    return [name, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

it('records the same whether or not new events are expected, to the last digit', async () => {
  const [exactSeed, expectingSeed] = seeds;
  const seen = { isNew: 0, hasCopies: 0, conflicts: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 4 }), async (statements) => {
      const run = randomUUID();
      // Anew, so that each run begins with new events expected.
      const recording = createRecording(expecting.pool);
      for (const each of statements) {
        const ids = each.batches.map(() => randomUUID());
        for (let times = each.isRepeated ? 2 : 1; times > 0; times--) {
          const wanted = await outcomeOf(recordOf(exactSeed, each, ids, run), (record) =>
            recordBatch(exact.pool, record),
          );
          expect(await outcomeOf(recordOf(expectingSeed, each, ids, run), recording)).toEqual(wanted);
          const text = JSON.stringify(wanted);
          if (text.includes('conflicts')) seen.conflicts += 1;
          else if (/"duplicates":[1-9]/.test(text)) seen.hasCopies += 1;
          else seen.isNew += 1;
        }
      }
    }),
    { numRuns: 50 },
  );
  expect(await readAll(expecting)).toEqual(await readAll(exact));
  expect(await findRollupDifferences(expecting.pool)).toEqual([]);
  // Else the promise would not have been put to the test.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
});
