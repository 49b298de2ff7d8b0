import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { createDirectory, formatQuantity } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDirectory } from './load-directory.ts';

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

const load = () => loadDirectory(database.pool);

it('reads users, projects, assignments, meters and rates with their version', async () => {
  const snapshot = await load();
  const ALWAYS = { startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };
  expect(snapshot.ownerships).toEqual(
    expect.arrayContaining([
      { userId: seeded.ownerId, accountOwnerId: seeded.ownerId, ...ALWAYS },
      { userId: seeded.memberId, accountOwnerId: seeded.ownerId, ...ALWAYS },
      { userId: seeded.otherId, accountOwnerId: seeded.otherId, ...ALWAYS },
    ]),
  );
  expect(snapshot.projects).toEqual([
    { id: seeded.projectId, clusterId: seeded.clusterId, namespace: 'ml', userId: seeded.memberId, ...ALWAYS },
  ]);
  expect(snapshot.assignments).toHaveLength(3);
  expect(snapshot.assignments).toContainEqual({ userId: seeded.otherId, clusterId: seeded.clusterId, ...ALWAYS });
  expect([...snapshot.meters].sort()).toEqual([
    'cpu_hours',
    'gpu_hours',
    'network_egress_gb',
    'offline_storage_gb_hours',
    'online_storage_gb_hours',
    'ram_gb_hours',
  ]);
  expect(snapshot.version).toMatch(/^\d+$/);
});

it('holds the default rates: 0.35, 3.50, 0.035, 0.50 and 0.03 for 720, 0.14', async () => {
  const { rates } = (await load()).pricing;
  const prices = rates.map(({ meter, price, priceQuantity }) => [
    meter,
    Number(formatQuantity(price)),
    Number(formatQuantity(priceQuantity)),
  ]);
  expect(prices.sort()).toEqual([
    ['cpu_hours', 0.35, 1],
    ['gpu_hours', 3.5, 1],
    ['network_egress_gb', 0.14, 1],
    ['offline_storage_gb_hours', 0.03, 720],
    ['online_storage_gb_hours', 0.5, 720],
    ['ram_gb_hours', 0.035, 1],
  ]);
  expect(new Set(rates.map(({ validFrom }) => validFrom))).toEqual(new Set([18_262]));
});

it('reads periods to the microsecond', async () => {
  await database.pool.query(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
    values ($1, 'it''s "quoted"', $2, '2026-11-22T13:00:00.000001+02', '2026-11-22T13:00:00.123457Z')`,
    [seeded.clusterId, seeded.otherId],
  );
  const { projects } = await load();
  expect(projects).toContainEqual(
    expect.objectContaining({
      namespace: `it's "quoted"`,
      startedAt: Date.UTC(2026, 10, 22, 11) * 1_000 + 1,
      endedAt: Date.UTC(2026, 10, 22, 13) * 1_000 + 123_457,
    }),
  );
});

it('prices accounts without a card of their own by the default card', async () => {
  await database.pool.query(
    `with card as (insert into hopsmeter.rate_cards (name, credit_usd) values ('other', 1) returning id)
    insert into hopsmeter.rates (rate_card_id, meter, valid_from, price) select id, 'cpu_hours', '2026-01-01', 99
      from card`,
  );
  const { pricing } = createDirectory(await load());
  expect(pricing.priceOf(seeded.ownerId, 'cpu_hours', 20_600)?.priceText).toBe('0.35');
});

it('keeps a price to its last digit', async () => {
  await database.pool.query(
    `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
    select id, 'cpu_hours', '2026-12-01', 12345678901234567890.000000000001, 0.000000000003
    from hopsmeter.rate_cards where is_default`,
  );
  const directory = createDirectory(await load());
  expect(directory.pricing.priceOf(seeded.ownerId, 'cpu_hours', 20_788)).toMatchObject({
    priceText: '12345678901234567890.000000000001',
    priceQuantityText: '0.000000000003',
  });
  expect(directory.pricing.priceOf(seeded.ownerId, 'cpu_hours', 20_787)).toMatchObject({ priceText: '0.35' });
});

it('has another version after every change, and the same without one', async () => {
  const before = await load();
  expect((await load()).version).toBe(before.version);
  await database.pool.query('update hopsmeter.users set name = $1 where id = $2', ['Ada', seeded.ownerId]);
  expect(BigInt((await load()).version)).toBeGreaterThan(BigInt(before.version));
});

it('refuses a database whose directory has no version', async () => {
  await database.pool.query('delete from hopsmeter.directory_versions');
  await expect(load()).rejects.toThrow('are the migrations applied?');
});
