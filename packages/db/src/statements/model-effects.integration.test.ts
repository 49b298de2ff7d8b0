import {
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { formatExactUnits, formatUsageDay, ONE_EXACT, parseTime, parseUsageDay } from '@hopsmeter/usage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeMonths } from './close-months.ts';
import { findStatementDifferences } from './find-statement-differences.ts';
import { readStatement } from './read-statement.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const HOUR = 3_600_000_000;

const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
const SEPTEMBER = dayOf('2025-09-01');
const OCTOBER = dayOf('2025-10-01');
const NOVEMBER = dayOf('2025-11-01');

let database: TestDatabase;
let seeded: SeededDirectory;
let eventCount = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  // The first 100 hours of a month for 1 USD, the others for 0.50.
  await setTerms('graduated', 1, [
    { upTo: '100', price: '1' },
    { upTo: null, price: '0.5' },
  ]);
});
afterEach(() => database?.close());

/** Gives the meter other terms with the same list price, so that no row has to be re-rated. */
async function setTerms(model: string, price: number, tiers: readonly object[] | null, included = 0): Promise<void> {
  await database.pool.query(
    `update hopsmeter.rates set withdrawn_at = now() where meter = 'cpu_hours' and withdrawn_at is null`,
  );
  await database.pool.query(
    `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, model, tiers, included_quantity)
    select id, 'cpu_hours', '2020-01-01', $1, $2, $3::jsonb, $4 from hopsmeter.rate_cards where is_default`,
    [price, model, tiers === null ? null : JSON.stringify(tiers), included],
  );
}

function use(day: string, quantity: string, userId = seeded.ownerId) {
  const start = parseTime(`${day}T12:00:00Z`) ?? Number.NaN;
  const id = `event-${++eventCount}`;
  return recordUsage(database.pool, [
    { id, clusterId: seeded.clusterId, subject: userId, start, end: start + HOUR, quantity },
  ]);
}

const close = (month: number, ...accountOwnerIds: string[]) =>
  closeMonths(database.pool, CHANGE, { month, ...(accountOwnerIds.length > 0 ? { accountOwnerIds } : {}) });

const linesOf = async (month: number) =>
  (await readStatement(database.pool, seeded.ownerId, month))?.lines.map(
    ({ kind, usageMonth, userId, amount, original }) =>
      [kind, formatUsageDay(usageMonth).slice(0, 7), userId ?? 'account', amount, original?.number ?? 0].join(' '),
  );

it('shows what tiers make of a month of all members as a line of the account', async () => {
  await use('2025-09-10', '80');
  await use('2025-09-20', '40', seeded.memberId);
  expect(await linesOf(SEPTEMBER)).toEqual([
    'usage 2025-09 auth0|member 4000 0',
    'usage 2025-09 auth0|owner 8000 0',
    'model_effect 2025-09 account -1000 0',
  ]);
});

it('goes on counting the tiers of a closed month when usage of it comes late', async () => {
  await use('2025-09-10', '80');
  await close(SEPTEMBER);
  await use('2025-09-11', '40');
  await use('2025-10-11', '10');
  expect(await linesOf(OCTOBER)).toEqual([
    'usage 2025-10 auth0|owner 1000 0',
    'late_usage 2025-09 auth0|owner 4000 1',
    'model_effect 2025-09 account -1000 1',
  ]);
  // The month behind the one that is closed next has only its own.
  await use('2025-11-11', '1');
  expect(await linesOf(NOVEMBER)).toEqual(['usage 2025-11 auth0|owner 100 0']);
  await close(OCTOBER);
  expect(await linesOf(NOVEMBER)).toEqual(['usage 2025-11 auth0|owner 100 0']);
  expect(await findStatementDifferences(database.pool)).toEqual([]);
});

it('bills a closed month the difference when only its tiers change, once', async () => {
  await use('2025-09-10', '120');
  await close(SEPTEMBER);
  await setTerms('graduated', 1, [
    { upTo: '20', price: '1' },
    { upTo: null, price: '0.5' },
  ]);
  expect(await linesOf(OCTOBER)).toEqual(['model_effect 2025-09 account -4000 1']);
  // Nothing is booked in October: whoever closes November first bills it there.
  expect(await linesOf(NOVEMBER)).toEqual(['model_effect 2025-09 account -4000 1']);
  await setTerms('flat', 1, null);
  expect(await linesOf(OCTOBER)).toEqual(['model_effect 2025-09 account 1000 1']);
  const { closed } = await close(OCTOBER);
  expect(closed).toMatchObject([{ accountOwnerId: seeded.ownerId, total: 1000n }]);
  expect(await linesOf(NOVEMBER)).toEqual([]);
  expect((await close(NOVEMBER)).closed).toEqual([]);
});

it('refuses to guess an amount for usage that lost its price', async () => {
  await use('2025-09-10', '120');
  await database.pool.query(
    `update hopsmeter.rates set valid_from = '2025-09-11' where meter = 'cpu_hours' and withdrawn_at is null`,
  );
  await expect(close(SEPTEMBER, seeded.ownerId)).rejects.toThrow('cpu_hours has no price on 2025-09-10');
  expect((await database.pool.query('select from hopsmeter.statements')).rowCount).toBe(0);
});

it('three events that make 100 GB exactly are one package, and fill the tier that ends there', async () => {
  const setEgress = async (model: string, price: number, per: number, tiers: readonly object[] | null) => {
    await database.pool.query(
      `update hopsmeter.rates set withdrawn_at = now() where meter = 'network_egress_gb' and withdrawn_at is null`,
    );
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity, model, tiers)
      select id, 'network_egress_gb', '2020-01-01', $1, $2, $3, $4::jsonb from hopsmeter.rate_cards where is_default`,
      [price, per, model, tiers === null ? null : JSON.stringify(tiers)],
    );
  };
  const send = (bytes: bigint, day: string, userId: string) =>
    recordUsage(database.pool, [
      {
        id: `event-${++eventCount}`,
        clusterId: seeded.clusterId,
        subject: userId,
        start: parseTime(`${day}T12:00:00Z`) ?? Number.NaN,
        end: parseTime(`${day}T13:00:00Z`) ?? Number.NaN,
        meter: 'network_egress_gb',
        quantity: formatExactUnits((bytes * ONE_EXACT) / 2n ** 30n),
      },
    ]);
  const totalOf = async (month: number) => (await readStatement(database.pool, seeded.ownerId, month))?.total;

  await setEgress('package', 10, 100, null);
  await send(497_976_983n, '2025-09-10', seeded.ownerId);
  await send(40_611_335_412n, '2025-09-11', seeded.memberId);
  await send(66_264_870_005n, '2025-09-12', seeded.ownerId);
  expect(await totalOf(SEPTEMBER)).toBe(1_000n);
  await setEgress('volume', 3, 1, [
    { upTo: '100', price: '3' },
    { upTo: null, price: '1' },
  ]);
  await database.pool.query(
    `update hopsmeter.usage_daily as daily
      set price = rates.price, price_quantity = rates.price_quantity, rate_id = rates.id
    from hopsmeter.rates where rates.meter = daily.meter and rates.withdrawn_at is null`,
  );
  expect(await totalOf(SEPTEMBER)).toBe(30_000n);
  // A byte more is beyond the limit.
  await send(1n, '2025-09-13', seeded.ownerId);
  expect(await totalOf(SEPTEMBER)).toBe(10_000n);
});
