import {
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { parseQuantity, parseTime, parseUsageDay } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeUser } from '../directory/change-user.ts';
import { closeMonths } from './close-months.ts';
import { findStatementDifferences } from './find-statement-differences.ts';
import { readStatement } from './read-statement.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const HOUR = 3_600_000_000;
const SEPTEMBER = parseUsageDay('2025-09-01') ?? Number.NaN;
const OCTOBER = parseUsageDay('2025-10-01') ?? Number.NaN;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

let eventCount = 0;

function use(day: string, meter: string, quantity: string) {
  const start = parseTime(`${day}T12:00:00Z`) ?? Number.NaN;
  const id = `event-${++eventCount}`;
  const { clusterId, ownerId: subject } = seeded;
  return recordUsage(database.pool, [{ id, clusterId, subject, start, end: start + HOUR, meter, quantity }]);
}

const pricesOf = async (month: number) =>
  (await readStatement(database.pool, seeded.ownerId, month))?.lines.map(({ kind, meter, unitPrices }) => [
    kind,
    meter,
    ...unitPrices.map(({ price, priceQuantity, quantity }) => [price, priceQuantity, quantity].map(Number)),
  ]);

const unitPrice = (price: string, priceQuantity: string, quantity: string) =>
  [price, priceQuantity, quantity].map((text) => Number(parseQuantity(text)));

it('says every price of a month with its quantity, the earliest first, and the same once it is closed', async () => {
  await database.pool.query(`insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
    select id, 'cpu_hours', '2025-09-15', 0.2 from hopsmeter.rate_cards where is_default`);
  await use('2025-09-20', 'cpu_hours', '4');
  await use('2025-09-10', 'cpu_hours', '1.5');
  await use('2025-09-11', 'cpu_hours', '2');
  await use('2025-09-11', 'online_storage_gb_hours', '72');
  const storage = await database.pool.query<{ price: string }>(
    `select price::text from hopsmeter.rates where meter = 'online_storage_gb_hours'`,
  );
  const prices = [
    ['usage', 'cpu_hours', unitPrice('0.35', '1', '3.5'), unitPrice('0.2', '1', '4')],
    ['usage', 'online_storage_gb_hours', unitPrice(storage.rows[0]?.price ?? '', '720', '72')],
  ];
  expect(await pricesOf(SEPTEMBER)).toEqual(prices);
  await closeMonths(database.pool, CHANGE, { month: SEPTEMBER, accountOwnerIds: [seeded.ownerId] });
  expect(await pricesOf(SEPTEMBER)).toEqual(prices);
  expect(await findStatementDifferences(database.pool)).toEqual([]);
});

it('leaves the price of usage out that was taken back as a whole, and has none for a new price', async () => {
  await use('2025-09-10', 'cpu_hours', '1');
  await use('2025-09-20', 'cpu_hours', '1');
  await database.pool.query(`update hopsmeter.usage_daily set price_adjustment = 1 where booked_on = '2025-10-01'
    and usage_date = '2025-09-10'`);
  await database.pool.query(`update hopsmeter.usage_daily set quantity = 0 where booked_on = '2025-10-01'
    and usage_date = '2025-09-20'`);
  expect(await pricesOf(OCTOBER)).toEqual([
    ['late_usage', 'cpu_hours', unitPrice('0.35', '1', '1')],
    ['re_rating', 'cpu_hours'],
  ]);
});

it('shows issuer and customer as they are now on a draft, and for ever as they were once it is closed', async () => {
  const { pool } = database;
  const parties = async (issuer?: string) => {
    const statement = await readStatement(pool, seeded.ownerId, OCTOBER, issuer);
    return { issuer: statement?.issuer, customer: statement?.customer };
  };
  const change = (billingAddress: string | null, name: string | null, email: string | null) =>
    changeUser(pool, CHANGE, seeded.ownerId, { billingAddress, name, email });

  await change(null, 'Ada', 'ada@example.com');
  const ada = { name: 'Ada', email: 'ada@example.com' };
  expect(await parties()).toEqual({ issuer: undefined, customer: { ...ada, billingAddress: undefined } });
  await change('Engines Ltd\nLondon', ada.name, ada.email);
  const addressed = { issuer: 'Cloud AB\nStockholm', customer: { ...ada, billingAddress: 'Engines Ltd\nLondon' } };
  expect(await parties(addressed.issuer)).toEqual(addressed);

  const { issuer } = addressed;
  await closeMonths(pool, CHANGE, { month: OCTOBER, accountOwnerIds: [seeded.ownerId], issuer });
  await change('Moved Ltd\nParis', 'Countess', null);
  expect(await parties('Renamed AB')).toEqual(addressed);
  const { rows } = await pool.query(
    `select before, after, actor_id from hopsmeter.audit_log where action = 'change_user'
      order by happened_at desc limit 1`,
  );
  expect(rows).toEqual([
    {
      actor_id: 'auth0|staff',
      before: { ...ada, billingAddress: 'Engines Ltd\nLondon' },
      after: { name: 'Countess', email: null, billingAddress: 'Moved Ltd\nParis' },
    },
  ]);
});
