import { randomUUID } from 'node:crypto';
import {
  closeMonth,
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';
import { countMissingHours } from './count-missing-hours.ts';
import { readCoverage } from './read-coverage.ts';
import { reconcileNow } from './reconcile-now.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' } } as const;

/** The 5th of the past month, midnight. */
const now = new Date();
const START = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 5) * 1_000;
const dayOf = (micros: number) => new Date(micros / 1_000).toISOString().slice(0, 10);
const timeOf = (micros: number) => new Date(micros / 1_000).toISOString();
const RANGE = { from: dayOf(START), to: dayOf(START + DAY), cellsMax: 1_000 };

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());
beforeEach(() =>
  database.pool.query(`
    truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.cluster_hours, hopsmeter.cluster_manifests,
      hopsmeter.parked_events, hopsmeter.reconciled_days,
      hopsmeter.reconciliation_differences, hopsmeter.reconciliations`),
);

/** `count` events in the hour with a CPU hour and a half each. */
async function use(hour: number, count = 2, length = HOUR): Promise<void> {
  const usages = Array.from({ length: count }, () => ({
    id: randomUUID(),
    clusterId: seeded.clusterId,
    subject: seeded.memberId,
    start: START + hour * HOUR,
    end: START + hour * HOUR + length,
    quantity: '1.5',
  }));
  await recordUsage(database.pool, usages);
}

async function claim(
  hour: number,
  eventCount: number,
  sums: object = {},
  path = '',
  hours = 1,
  missing: string | null = null,
): Promise<void> {
  await database.pool.query(
    `insert into hopsmeter.cluster_manifests
      (event_key, content_hash, hopsworks_cluster_id, source_path, window_started_at, window_ended_at, event_count,
        sums, missing_reason)
    values ($1, 1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      randomUUID(),
      seeded.clusterId,
      path,
      timeOf(START + hour * HOUR),
      timeOf(START + (hour + hours) * HOUR),
      eventCount,
      JSON.stringify(sums),
      missing,
    ],
  );
}

/** The cluster says that it cannot report the hour of a source. */
const miss = (hour: number, path: string, reason: string, hours = 1) => claim(hour, 0, {}, path, hours, reason);

/** What is not complete of an hour: `/b missing: no answer`. */
const sourcesAt = async (hour: number) =>
  (await read())[hour]?.sources.map(({ sourcePath, state, reason }) => `${sourcePath} ${state}: ${reason}`);

const check = () => reconcileNow(database.pool, CHANGE, { from: RANGE.from, to: dayOf(START + 3 * DAY) });
const read = async () => (await readCoverage(database.pool, { ...RANGE, clusterId: seeded.clusterId })).cells;
async function cells(): Promise<readonly (readonly [string, string, string | null])[]> {
  await check();
  return (await read()).map(({ state, counted, reported }) => [state, counted, reported] as const);
}

it('compares what was reported with what was counted, hour by hour', async () => {
  for (const hour of [1, 2, 3, 4, 5, 6, 7]) await use(hour);
  await claim(2, 2, { cpu_hours: '3' });
  await claim(3, 3, { cpu_hours: '3' });
  await claim(4, 1);
  await claim(5, 2, { cpu_hours: '3.000000000001' });
  await claim(6, 2, { cpu_hours: '2.9', gpu_hours: '0' });
  await claim(9, 0);
  const found = await cells();
  expect(found).toHaveLength(24);
  expect(found.slice(0, 11)).toEqual([
    // It had never reported before, and then it had sent no manifest.
    ['none', '0', null],
    ['unreported', '2', null],
    ['complete', '2', '2'],
    ['short', '2', '3'],
    ['over', '2', '1'],
    ['short', '2', '2'],
    ['over', '2', '2'],
    // Usage came, but nobody knows whether all of it did.
    ['missing', '2', null],
    ['missing', '0', null],
    ['complete', '0', '0'],
    ['missing', '0', null],
  ]);
  expect(await countMissingHours(database.pool)).toEqual(
    expect.arrayContaining([
      { clusterId: seeded.emptyClusterId, missingHours: 0 },
      // Days that nobody has compared are not known to miss anything.
      { clusterId: seeded.clusterId, missingHours: 16 + 48 },
    ]),
  );
});

it('takes several manifests of an hour together, and one of several hours as a whole', async () => {
  for (const hour of [1, 2, 4]) await use(hour);
  await claim(1, 1, {}, '', 0.5);
  await claim(1.5, 1, {}, '', 0.5);
  await claim(2, 4, { cpu_hours: '6' }, '', 3);
  const found = await cells();
  expect(found.slice(1, 5)).toEqual([
    ['complete', '2', '2'],
    ['complete', '4', '4'],
    ['complete', '4', '4'],
    ['complete', '4', '4'],
  ]);
});

it('compares the usage of the source path that the manifest came from', async () => {
  await use(1);
  await use(2);
  await database.pool.query(
    `update hopsmeter.usage_events set source_path = '/b' where event_key = (
      select event_key from hopsmeter.usage_events where window_started_at = $1 limit 1)`,
    [timeOf(START + HOUR)],
  );
  await claim(1, 1, { cpu_hours: '1.5' });
  await claim(1, 1, { cpu_hours: '1.5' }, '/b');
  await claim(2, 2, {}, '/b');
  const found = await cells();
  expect(found.slice(1, 3)).toEqual([
    ['complete', '2', '2'],
    ['missing', '2', '2'],
  ]);
  expect(await sourcesAt(1)).toEqual([]);
  expect(await sourcesAt(2)).toEqual([' missing: null', '/b short: null']);
});

it('misses the hour of a source that usually reports, though others reported', async () => {
  for (const hour of [1, 2, 3, 4]) await claim(hour, 0, {}, '/compute');
  await claim(1, 0, {}, '/storage');
  await claim(4, 0, {}, '/storage');
  await use(3);
  await claim(3, 2);
  // One that has never sent a manifest is not expected to.
  await database.pool.query("update hopsmeter.usage_events set source_path = '/egress' where position = 0");
  const states = (await cells()).map(([state]) => state);
  expect(states.slice(0, 6)).toEqual(['none', 'complete', 'missing', 'missing', 'missing', 'missing']);
  expect(await sourcesAt(2)).toEqual(['/storage missing: null']);
  expect(await sourcesAt(3)).toEqual(['/storage missing: null', ' short: null', '/egress unreported: null']);
  expect(await sourcesAt(4)).toEqual([' missing: null']);
  expect(await countMissingHours(database.pool)).toContainEqual({ clusterId: seeded.clusterId, missingHours: 22 + 48 });
});

it('believes a cluster that an hour is missing, with its reason, unless it was reported all the same', async () => {
  for (const hour of [1, 2, 3, 4, 5, 6, 7]) await claim(hour, 0, {}, '/compute');
  for (const hour of [1, 2, 4, 7]) await claim(hour, 0, {}, '/storage');
  await miss(3, '/storage', 'RonDB did not answer');
  // Reported later after all, in whatever pieces.
  await miss(4, '/storage', 'RonDB did not answer');
  await miss(5, '/storage', 'RonDB did not answer');
  await claim(5, 0, {}, '/storage', 0.5);
  await claim(5.5, 0, {}, '/storage', 0.5);
  // Half of it was not.
  await miss(6, '/storage', 'RonDB was restarted');
  await claim(6, 0, {}, '/storage', 0.5);
  await miss(7.5, '/compute', 'OpenCost was restarted', 0.5);
  const found = await cells();
  expect(found.slice(1, 8).map(([state]) => state)).toEqual([
    'complete',
    'complete',
    'missing',
    'complete',
    'complete',
    'missing',
    'complete',
  ]);
  expect(await sourcesAt(3)).toEqual(['/storage missing: RonDB did not answer']);
  expect(await sourcesAt(6)).toEqual(['/storage missing: RonDB was restarted']);
});

it('knows of a missing hour as soon as the cluster says so, and of a silent source two hours later', async () => {
  await claim(1, 0, {}, '/compute');
  await claim(1, 0, {}, '/storage');
  await check();
  await database.pool.query('update hopsmeter.reconciled_days set checked_at = $1', [timeOf(START + 4.9 * HOUR)]);
  await claim(2, 0, {}, '/compute');
  await miss(2, '/storage', 'RonDB did not answer');
  expect((await read()).slice(0, 4).map(({ state }) => state)).toEqual(['none', 'unchecked', 'missing', 'none']);
  await database.pool.query('update hopsmeter.reconciled_days set checked_at = $1', [timeOf(START + 6 * HOUR)]);
  expect((await read()).slice(2, 5).map(({ state }) => state)).toEqual(['missing', 'missing', 'none']);
});

it('expects a source for seven days after its last manifest, and less often when it reports days', async () => {
  // Of the days before, because only one day is read.
  await claim(-8 * 24, 0, {}, '/gone');
  await claim(-7 * 24 + 2, 0, {}, '/stopped');
  // What became of the time before is said at once, which makes nothing expected.
  await claim(-30 * 24, 0, {}, '/longer', 29 * 24);
  await claim(-24, 0, {}, '/daily', 24);
  await claim(0, 0, {}, '/compute', 24);
  await cells();
  const both = ['/daily missing: null', '/stopped missing: null'];
  const missed = async () => [await sourcesAt(1), await sourcesAt(2), await sourcesAt(3)];
  expect(await missed()).toEqual([both, both, both.slice(0, 1)]);
  // An hour of the daily one is due two hours after a day that began with it.
  await database.pool.query(`
    update hopsmeter.cluster_manifests set recorded_at = window_ended_at;
    update hopsmeter.reconciled_days set checked_at = '${timeOf(START + 27 * HOUR)}'`);
  expect(await missed()).toEqual([both, both.slice(1), []]);
});

it('counts a window in the hour in which it begins, with all its days, and misses no hour of it', async () => {
  await use(22, 1, 30 * HOUR);
  await check();
  const next = await readCoverage(database.pool, { ...RANGE, from: RANGE.to, to: dayOf(START + 3 * DAY) });
  const states = next.cells.filter(({ clusterId }) => clusterId === seeded.clusterId).map(({ state }) => state);
  expect(states).toEqual([...Array(28).fill('unreported'), ...Array(20).fill('missing')]);
  await claim(22, 1, { cpu_hours: '1.5' });
  expect((await cells())[22]).toEqual(['complete', '1', '1']);
});

it('leaves our own adjustments out: what the cluster reported stays what it was', async () => {
  await use(1);
  await closeMonth(database.pool, seeded.ownerId, RANGE.from);
  await database.pool.query(`
    insert into hopsmeter.usage_events (${LEDGER_COLUMNS}, adjustment)
    select
      event_key, 9, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
      event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters,
      array[-1.5], null, 'reversal'
    from hopsmeter.usage_events`);
  await claim(1, 2, { cpu_hours: '3' });
  expect((await cells())[1]).toEqual(['complete', '2', '2']);
});

it('says of a manifest that came after the last comparison that nobody has checked it', async () => {
  await use(1);
  await check();
  await claim(1, 3);
  expect((await read())[1]?.state).toBe('unchecked');
  expect((await cells())[1]).toEqual(['short', '2', '3']);
});

it('shows what waits to be counted', async () => {
  await use(1);
  await claim(1, 3);
  await database.pool.query(
    `insert into hopsmeter.parked_events
      (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail,
        event)
    values (gen_random_uuid(), 1, gen_random_uuid(), 0, $1, '', 'e', 'unknown_user', '', $2)`,
    [seeded.clusterId, JSON.stringify({ start: timeOf(START + 1.5 * HOUR), type: 'meter' })],
  );
  await check();
  expect((await read())[1]).toMatchObject({ state: 'short', counted: '2', reported: '3', parked: '1' });
  expect(await readCoverage(database.pool, RANGE)).toMatchObject({ checkedAt: expect.stringMatching(/Z$/) });
});

it('changes nothing when a day is checked again, and follows the ledger', async () => {
  await use(1);
  const first = await cells();
  expect(await cells()).toEqual(first);
  await use(1, 1);
  await use(23, 1, 2 * HOUR);
  expect((await cells())[1]).toEqual(['unreported', '3', null]);
  await database.pool.query(`delete from hopsmeter.usage_events where window_started_at = $1`, [timeOf(START + HOUR)]);
  expect((await cells())[1]).toEqual(['none', '0', null]);
});

it('of an inactive cluster misses nothing after its last usage, and nothing before it was due', async () => {
  await use(1);
  await use(5);
  await claim(4, 0, {}, '/storage');
  await miss(6, '/storage', 'RonDB was switched off');
  await database.pool.query(`update hopsmeter.hopsworks_clusters set status = 'inactive' where id = $1`, [
    seeded.clusterId,
  ]);
  const states = (await cells()).map(([state]) => state);
  expect(states.slice(1, 7)).toEqual(['unreported', 'missing', 'missing', 'complete', 'missing', 'none']);
  await database.pool.query(`update hopsmeter.hopsworks_clusters set status = 'active' where id = $1`, [
    seeded.clusterId,
  ]);
  await database.pool.query('update hopsmeter.reconciled_days set checked_at = $1', [timeOf(START + 11 * HOUR)]);
  expect((await read()).map(({ state }) => state).slice(6, 12)).toEqual([
    'missing',
    'missing',
    'missing',
    'none',
    'none',
    'none',
  ]);
});
