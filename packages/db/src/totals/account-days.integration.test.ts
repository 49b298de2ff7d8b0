import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 3, 10) * 1_000;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(() =>
  database.pool.query('truncate hopsmeter.usage_daily, hopsmeter.usage_events, hopsmeter.usage_batches'),
);
afterAll(() => database?.close());

const query = async (sql: string, parameters: unknown[] = []) => (await database.pool.query(sql, parameters)).rows;
const days = () =>
  query(`
    select booked_on::text as day, account_owner_id as account, meter, trim_scale(quantity)::text as quantity,
      trim_scale(cost)::text as cost, event_count::integer as events, row_count::integer as rows
    from hopsmeter.account_days order by 1, 2, 3`);
const differences = () => findRollupDifferences(database.pool);
const summaryDifferences = async () => (await differences()).filter((each) => each.startsWith('summary'));

let lastEvent = 0;
const used = (subject: string, meter = 'cpu_hours', start = START, quantity = '2') => ({
  id: `event ${lastEvent++}`,
  clusterId: seeded.clusterId,
  subject,
  start,
  end: start + HOUR,
  meter,
  quantity,
});

describe('account_days is the sum of usage_daily', () => {
  it('when usage is recorded: rows that are new and rows that are there', async () => {
    const { ownerId, memberId, otherId } = seeded;
    await recordUsage(database.pool, [used(ownerId), used(memberId), used(memberId, 'gpu_hours'), used(otherId)]);
    await recordUsage(database.pool, [used(memberId), used(ownerId, 'cpu_hours', START + DAY)]);
    const summary = await days();
    expect(summary).toHaveLength(4);
    expect(summary).toContainEqual({
      day: '2026-11-03',
      account: ownerId,
      meter: 'cpu_hours',
      quantity: '6',
      cost: '2.1',
      events: 3,
      rows: 2,
    });
    expect(await differences()).toEqual([]);
  });

  it('when rows are priced anew, moved to another key, deleted and truncated', async () => {
    const { ownerId, memberId, otherId } = seeded;
    await recordUsage(database.pool, [used(ownerId), used(memberId), used(otherId, 'gpu_hours')]);
    await query('update hopsmeter.usage_daily set price = price * 3');
    expect(await summaryDifferences()).toEqual([]);
    await query('update hopsmeter.usage_daily set account_owner_id = $1 where user_id = $2', [otherId, memberId]);
    expect(await summaryDifferences()).toEqual([]);
    expect((await days()).map(({ account, meter, rows }) => [account, meter, rows])).toEqual(
      expect.arrayContaining([
        [ownerId, 'cpu_hours', 1],
        [otherId, 'cpu_hours', 1],
      ]),
    );
    await query('delete from hopsmeter.usage_daily where user_id = $1', [memberId]);
    expect(await summaryDifferences()).toEqual([]);
    await query('truncate hopsmeter.usage_daily');
    expect(await days()).toEqual([]);
    expect(await query('select from hopsmeter.account_day_costs')).toEqual([]);
  });

  it('and is not written where nothing changed', async () => {
    await recordUsage(database.pool, [used(seeded.ownerId)]);
    const version = async () => [
      await query('select xmin, ctid, * from hopsmeter.account_days'),
      await query('select xmin, ctid, * from hopsmeter.account_day_costs'),
    ];
    const before = await version();
    await query('update hopsmeter.usage_daily set updated_at = now()');
    await query('update hopsmeter.usage_daily set price = price + 1 where false');
    await query('delete from hopsmeter.usage_daily where false');
    expect(await version()).toEqual(before);
  });

  it('takes back what a statement did that failed', async () => {
    await recordUsage(database.pool, [used(seeded.ownerId)]);
    await expect(query(`update hopsmeter.usage_daily set quantity = quantity - 100`)).rejects.toThrow(/quantity_valid/);
    expect(await differences()).toEqual([]);
  });
});

it('eight writers that add and change rows of one account in all orders never wait in a circle', async () => {
  const { ownerId, clusterId } = seeded;
  const writers = await query(
    `with added as (
      insert into hopsmeter.users (id, account_owner_id) select 'auth0|writer-' || n, $1 from generate_series(0, 7) as n
        returning id
    )
    insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
    select id, $2, '-infinity' from added returning user_id as id`,
    [ownerId, clusterId],
  );
  const deadlocks = async () => {
    await query('select pg_stat_force_next_flush()');
    return (await query('select deadlocks from pg_stat_database where datname = current_database()'))[0]?.deadlocks;
  };
  const before = await deadlocks();
  const meters = ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'network_egress_gb'];
  await Promise.all(
    writers.map(async ({ id }, writer) => {
      // Each in an order of its own: a batch adds rows of its user, and changes those that the batch before added.
      const places = Array.from({ length: 96 }, (_, n) => (n * (2 * writer + 5) + 11 * writer) % 97);
      const size = 6;
      for (let next = 0; next < places.length; next += size) {
        const batch = places.slice(Math.max(next - size, 0), next + size);
        await recordUsage(
          database.pool,
          batch.map((place) => used(id, meters[place % 4] ?? '', START + Math.floor(place / 4) * DAY, '0.1')),
        );
      }
    }),
  );
  expect(await differences()).toEqual([]);
  expect(await deadlocks()).toBe(before);
});
