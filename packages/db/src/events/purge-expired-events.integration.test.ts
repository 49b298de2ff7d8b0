import { SAMPLE_START, sampleEvent, sampleParked, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { usageDayOf } from '@hopsmeter/usage';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { recordBatch } from '../record/record-batch.ts';
import { purgeExpiredEvents } from './purge-expired-events.ts';

const DAY = 86_400_000_000;
const TODAY = usageDayOf(SAMPLE_START);

let database: TestDatabase | undefined;
let seeded: SeededDirectory;

beforeEach(async () => {
  await database?.close();
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

function open(): TestDatabase {
  if (database === undefined) throw new Error('no database');
  return database;
}

const ledgerDays = async () =>
  (
    await open().pool.query<{ day: string }>('select usage_date::text as day from hopsmeter.usage_events order by 1')
  ).rows.map(({ day }) => day);

it('removes ledger rows of the days before, and nothing else', async () => {
  const events = [-2, -1, 0, 1].map((day) =>
    sampleEvent(`day ${day}`, { start: SAMPLE_START + day * DAY, end: SAMPLE_START + day * DAY + 1 }),
  );
  const parked = [sampleParked(seeded, sampleEvent('parked'))];
  await recordBatch(open().pool, sampleRecord(seeded, events, { parked }));
  expect(await purgeExpiredEvents(open().pool, TODAY)).toBe(2);
  expect(await ledgerDays()).toEqual(['2026-11-22', '2026-11-23']);
  expect(await purgeExpiredEvents(open().pool, TODAY)).toBe(0);
  const { rows } = await open().pool.query(`select
    (select count(*)::int from hopsmeter.usage_daily) as rollup, (select count(*)::int
      from hopsmeter.parked_events) as parked,
    (select count(*)::int from hopsmeter.usage_batches) as batches`);
  expect(rows).toEqual([{ rollup: 4, parked: 1, batches: 1 }]);
});

it('removes no more than 10,000 rows at once and says how many', async () => {
  const events = Array.from({ length: 2_001 }, (_, i) =>
    sampleEvent(`event ${i}`, {
      start: SAMPLE_START - 5 * DAY,
      end: SAMPLE_START,
      days: Array.from({ length: 5 }, () => []),
    }),
  );
  await recordBatch(open().pool, sampleRecord(seeded, events));
  expect(await purgeExpiredEvents(open().pool, TODAY)).toBe(10_000);
  expect(await purgeExpiredEvents(open().pool, TODAY)).toBe(5);
  expect(await purgeExpiredEvents(open().pool, TODAY)).toBe(0);
});

it('passes over rows that another one removes', async () => {
  await recordBatch(open().pool, sampleRecord(seeded, [sampleEvent('one'), sampleEvent('two')]));
  const client = await open().pool.connect();
  try {
    await client.query('begin');
    await client.query(`select from hopsmeter.usage_events where event_id = 'one' for update`);
    expect(await purgeExpiredEvents(open().pool, TODAY + 1)).toBe(1);
    await client.query('rollback');
  } finally {
    client.release();
  }
  expect(await purgeExpiredEvents(open().pool, TODAY + 1)).toBe(1);
});
