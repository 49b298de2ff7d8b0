import {
  createTestDatabase,
  type ReportedUsage,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readCoverage } from './read-coverage.ts';
import { reconcileNow } from './reconcile-now.ts';

const HOUR = 3_600_000_000;
const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' } } as const;

/** The 5th of the past month, midnight. */
const now = new Date();
const START = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 5) * 1_000;
const dayOf = (micros: number) => new Date(micros / 1_000).toISOString().slice(0, 10);
const RANGE = { from: dayOf(START), to: dayOf(START + 24 * HOUR) };

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());
beforeEach(() =>
  database.pool.query(
    'truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.cluster_hours, hopsmeter.corrections',
  ),
);

/** Usage of the member's namespace from one hour to another. */
const usage = (id: string, from: number, to: number, changes: Partial<ReportedUsage> = {}): ReportedUsage => ({
  id,
  clusterId: seeded.clusterId,
  namespace: seeded.namespace,
  start: START + from * HOUR,
  end: START + to * HOUR,
  quantity: '1',
  ...changes,
});

/** Hours of the day with usage that overlaps other usage, and how much. */
async function overlapping(): Promise<Readonly<Record<string, string>>> {
  await reconcileNow(database.pool, CHANGE, { from: RANGE.from, to: dayOf(START + 48 * HOUR) });
  const { cells } = await readCoverage(database.pool, { ...RANGE, clusterId: seeded.clusterId, cellsMax: 1_000 });
  const found = cells.filter(({ overlappingUsage }) => overlappingUsage !== '0');
  return Object.fromEntries(found.map(({ hour, overlappingUsage }) => [hour.slice(11, 13), overlappingUsage]));
}

it('is what a doubled collector reports under ids of its own', async () => {
  await recordUsage(database.pool, [usage('a1', 1, 2), usage('a2', 2, 3), usage('b1', 1, 2), usage('b2', 2, 3)]);
  expect(await overlapping()).toEqual({ '01': '1', '02': '1' });
});

it('is windows that reach into each other, over midnight too', async () => {
  await recordUsage(database.pool, [
    usage('day', 0, 24),
    usage('hour', 5, 6),
    usage('hour after', 6, 7),
    usage('night', 23, 26),
    usage('next', 24, 25),
  ]);
  // `next` begins on the next day, which is another page of the grid.
  expect(await overlapping()).toEqual({ '05': '1', '06': '1', '23': '1' });
});

it('is not usage of another user, meter or hour, nor of an instant', async () => {
  await recordUsage(database.pool, [
    usage('a', 1, 2),
    usage('of another meter', 1, 2, { meter: 'gpu_hours' }),
    usage('of another user', 1, 2, { namespace: undefined, subject: seeded.otherId }),
    usage('of the next hour', 2, 3),
    usage('at once', 1, 1),
    usage('at once again', 1, 1),
  ]);
  expect(await overlapping()).toEqual({});
});

it('is gone when the copy is made void', async () => {
  await recordUsage(database.pool, [usage('a', 1, 2), usage('b', 1, 2)]);
  expect(await overlapping()).toEqual({ '01': '1' });
  await database.pool.query(`
    insert into hopsmeter.corrections
      (event_key, root_event_key, replaces_event_key, event_id, corrected_at, quantities)
    select gen_random_uuid(), event_key, event_key, 'void', now(), '{}' from hopsmeter.usage_events
      where event_id = 'b'`);
  expect(await overlapping()).toEqual({});
});
