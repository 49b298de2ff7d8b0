import { createTestDatabase, recordUsage, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import {
  addMonths,
  formatQuantity,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  monthOf,
  ONE,
  type PriceTerms,
  parseQuantity,
  type UsageDay,
  usageDayOf,
} from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { draftStatement } from '../statements/draft-statement.ts';
import { changePrices, previewPriceChange } from './change-prices.ts';
import { listRateCards } from './list-rate-cards.ts';
import type { OverrideContent, PriceChange } from './price-change.ts';
import { reRatePart } from './re-rate.ts';

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const METER = 'online_storage_gb_hours';
const TODAY = usageDayOf(Date.now() * 1_000);
const LAST_MONTH = addMonths(monthOf(TODAY), -1);
/**
 * A month whose usage is looked at, and a later one with other lengths, both in the past so that both can be billed.
 */
const USED = monthOfYear(-1, 0);
const PRICED = addMonths(USED, 1);
/** The same day of the two months, or the last one. */
const asPriced = (day: UsageDay): UsageDay => Math.min(PRICED + day - USED, addMonths(PRICED, 1) - 1);

let database: TestDatabase;
let clusterId: string;
let owner: string;
let eventCount = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  clusterId = await idOf(
    `insert into hopsmeter.hopsworks_clusters (name, max_users) values ('east', 1000) returning id`,
  );
});
beforeEach(async () => {
  owner = `auth0|owner-${++eventCount}`;
  await addUser(owner, null);
  await addUser(`${owner}-member`, owner);
});
afterAll(() => database?.close());

/** January of a year, seen from this one: 31 days before the 28 or 29 of February. */
function monthOfYear(years: number, month: number): number {
  return usageDayOf(Date.UTC(new Date().getUTCFullYear() + years, month) * 1_000);
}

async function idOf(sql: string): Promise<string> {
  return (await database.pool.query<{ id: string }>(sql)).rows[0]?.id ?? '';
}

async function addUser(id: string, accountOwnerId: string | null): Promise<void> {
  await database.pool.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [id, accountOwnerId]);
  await database.pool.query(
    `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ($1, $2, '-infinity')`,
    [id, clusterId],
  );
}

const use = (day: UsageDay, quantity: string, subject = owner, meter = METER) => {
  const start = day * MICROS_PER_DAY;
  const usage = { clusterId, subject, meter, quantity, start, end: start + MICROS_PER_HOUR };
  return recordUsage(database.pool, [{ ...usage, id: `event-${++eventCount}` }]);
};

const terms = (changes: Partial<PriceTerms>): PriceTerms => ({
  price: ONE,
  priceQuantity: ONE,
  model: 'flat',
  tiers: [],
  includedQuantity: 0n,
  ...changes,
});
const tier = (upTo: string | undefined, price: string) => ({
  upTo: upTo === undefined ? undefined : parseQuantity(upTo),
  price: parseQuantity(price),
});
const price = (changes: Partial<PriceTerms>): OverrideContent => ({
  kind: 'price',
  meter: METER,
  terms: terms(changes),
});

const change = (override: OverrideContent, validFrom: UsageDay, validTo?: UsageDay): PriceChange => ({
  kind: 'set_override',
  accountOwnerId: owner,
  override,
  validFrom,
  validTo,
});

const apply = async (wanted: PriceChange) => {
  const { fingerprint } = await previewPriceChange(database.pool, wanted);
  await changePrices(database.pool, WHO, { change: wanted, reason: 'agreed', fingerprint });
  while ((await reRatePart(database.pool)) !== undefined);
};

const billOf = async (month: number) => (await draftStatement(database.pool, owner, month)).totalExact;

const GRADUATED = {
  model: 'graduated',
  tiers: [tier('100', '0.7'), tier('700', '0.3'), tier(undefined, '0.1')],
} as const;
const VOLUME = { model: 'volume', tiers: [tier('500', '0.9'), tier(undefined, '0.2')] } as const;
const PACKAGE = { model: 'package', price: parseQuantity('7'), priceQuantity: parseQuantity('300') } as const;

describe("a month's forecast", () => {
  it.each<[string, Partial<PriceTerms> | undefined, OverrideContent]>([
    ['from a list price to another', undefined, price({ price: parseQuantity('0.7'), priceQuantity: 720n * ONE })],
    ['to tiers', undefined, price({ ...GRADUATED })],
    ['from tiers to a volume price', GRADUATED, price({ ...VOLUME })],
    ['from a volume price to packages', VOLUME, price({ ...PACKAGE })],
    ['to packages with free units', undefined, price({ ...PACKAGE, includedQuantity: parseQuantity('123.4') })],
    ['to a discount', undefined, { kind: 'discount', meter: undefined, percent: parseQuantity('12.3456') }],
  ])('is what statements of such a month come to, %s', async (_, before, after) => {
    if (before !== undefined) await apply(change(price(before), PRICED - 400, PRICED));
    if (before !== undefined && after.kind !== 'discount') await apply(change(price(before), PRICED, PRICED + 14));
    const from = before === undefined ? PRICED : PRICED + 14;
    const usage: [UsageDay, string, string][] = [
      [USED, '100.1', owner],
      [USED + 13, '33.333333333333', `${owner}-member`],
      [USED + 14, '250.7', owner],
      [USED + 20, '0.000000000001', owner],
      [USED + 30, '400', `${owner}-member`],
    ];
    for (const [day, quantity, subject] of usage) await use(day, quantity, subject);
    const wanted = change(after, from, addMonths(PRICED, 1));
    const { month } = await previewPriceChange(database.pool, wanted, USED);
    for (const [day, quantity, subject] of usage) await use(asPriced(day), quantity, subject);
    const old = await billOf(PRICED);
    await apply(wanted);
    const now = await billOf(PRICED);
    expect(month).toMatchObject({ usageMonth: USED, pricedAs: PRICED });
    expect(month?.accounts.map(({ accountOwnerId }) => accountOwnerId)).toEqual([owner]);
    expect(month?.total).toMatchObject({ oldBill: old, newBill: now, billDifference: now - old });
    expect(now).not.toBe(old);
    const { oldCost = 0n, newCost = 0n, difference, modelEffect = 0n, billDifference } = month?.total ?? {};
    expect({ difference, billDifference }).toEqual({
      difference: newCost - oldCost,
      billDifference: newCost - oldCost + modelEffect,
    });
  });

  it('is of the last month that has ended, for a change of days to come', async () => {
    await use(LAST_MONTH, '720');
    const wanted = change(price({ price: ONE, priceQuantity: 720n * ONE }), TODAY + 40);
    const { month, total, isReRated } = await previewPriceChange(database.pool, wanted);
    expect([isReRated, total.newCost]).toEqual([false, 0n]);
    expect(month?.usageMonth).toBe(LAST_MONTH);
    expect(month?.pricedAs).toBe(addMonths(monthOf(TODAY + 39), 1));
    expect(month?.accounts).toMatchObject([
      { accountOwnerId: owner, oldBill: parseQuantity('0.5'), newBill: ONE, billDifference: parseQuantity('0.5') },
    ]);
  });

  it('of a change of the past is made when a month is asked for', async () => {
    await use(USED, '720');
    const wanted = change(price({ price: ONE, priceQuantity: 720n * ONE }), USED);
    expect((await previewPriceChange(database.pool, wanted)).month).toBeUndefined();
    const { month } = await previewPriceChange(database.pool, wanted, USED);
    expect(month).toMatchObject({ pricedAs: USED, total: { oldBill: parseQuantity('0.5'), newBill: ONE } });
  });

  it('of a change that is shorter than a month has its days only', async () => {
    await use(LAST_MONTH + 4, '720');
    await use(LAST_MONTH + 5, '720');
    await use(LAST_MONTH + 7, '720');
    const begun = addMonths(monthOf(TODAY), 2);
    const wanted = change(price({ price: ONE, priceQuantity: 720n * ONE }), begun + 5, begun + 7);
    const { month } = await previewPriceChange(database.pool, wanted);
    expect(month).toMatchObject({ pricedAs: begun, total: { oldBill: parseQuantity('1.5'), newBill: 2n * ONE } });
  });

  it('of a rate is of all accounts that pay it, and leaves out those that do not', async () => {
    const [card] = await listRateCards(database.pool);
    const other = `${owner}-other`;
    await addUser(other, null);
    await apply(change({ kind: 'price', meter: 'gpu_hours', terms: terms({}) }, USED));
    const day = addMonths(USED, 2);
    await use(day, '3', other, 'gpu_hours');
    await use(day, '5', owner, 'gpu_hours');
    const wanted: PriceChange = {
      kind: 'set_rate',
      rateCardId: card?.id ?? '',
      meter: 'gpu_hours',
      validFrom: TODAY + 40,
      terms: terms({ price: 4n * ONE }),
    };
    const { month } = await previewPriceChange(database.pool, wanted, day);
    expect(month?.accounts.map((each) => [each.accountOwnerId, formatQuantity(each.billDifference)])).toEqual([
      [other, '1.5'],
    ]);
    expect(month?.total.oldBill).toBe(parseQuantity('10.5'));
  });
});
