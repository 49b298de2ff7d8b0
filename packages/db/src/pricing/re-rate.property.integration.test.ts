import {
  closeMonth,
  createTestDatabase,
  findRollupDifferences,
  readClosedRows,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { playHistories } from '@hopsmeter/test/support/play-histories.ts';
import { addMonths, formatUsageDay, MICROS_PER_DAY, monthOf, ONE, RequestError, usageDayOf } from '@hopsmeter/usage';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { changePrices, previewPriceChange } from './change-prices.ts';
import { createRateCard } from './create-rate-card.ts';
import { listRateCards } from './list-rate-cards.ts';
import type { PriceChange } from './price-change.ts';
import { reRatePart } from './re-rate.ts';

/** A property that refuses everything would hold as well. */
const KINDS = [
  ...['set_rate', 'set_override', 'withdraw_rate', 'end_override', 'withdraw_override'],
  ...['adjusted rows', 'adjusted again', 'checked forecasts', 'forecast adjustments'],
];
const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const OPEN = Number.POSITIVE_INFINITY;

/** Four months that are over. */
const FIRST_MONTH = addMonths(monthOf(usageDayOf(Date.now() * 1_000)), -4);
const LAST_DAY = addMonths(FIRST_MONTH, 4) - 1;
const OWNERS = ['auth0|owner', 'auth0|other'] as const;
/** Who pays for whom. */
const USERS = { 'auth0|owner': OWNERS[0], 'auth0|member': OWNERS[0], 'auth0|other': OWNERS[1] } as const;
const METERS = ['cpu_hours', 'online_storage_gb_hours'] as const;

const meter = fc.constantFrom(...METERS);
const owner = fc.constantFrom(...OWNERS);
/** Few of them, so that the same rows are hit again and again. */
const day = fc.constantFrom(0, 1, 27, 31, 45, 62, 63, 95, 118).map((offset) => FIRST_MONTH + offset);
const card = fc.constantFrom('default', 'partner');
/** With digits far below the cent, so that every rounding shows. */
const price = fc.bigInt({ min: 0n, max: 5n * ONE });
const priceQuantity = fc.constantFrom(ONE, 720n * ONE, 7n * ONE);
const percent = fc.bigInt({ min: 1n, max: 1_000_000n }).map((units) => units * (ONE / 10_000n));
const place = fc.nat();

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('usage'),
      user: fc.constantFrom('auth0|owner', 'auth0|member', 'auth0|other'),
      day,
      meter,
      quantity: fc.bigInt({ min: 1n, max: 9n * ONE }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('set_rate'), card, meter, day, price, priceQuantity }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw_rate'), place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set_override'),
      owner,
      what: fc.constantFrom('price', 'discount', 'discount of all', 'card'),
      meter,
      day,
      days: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      price,
      priceQuantity,
      percent,
    }),
  },
  // Most of them are refused, so that it takes many to have some that are not.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end_override'), place, day }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw_override'), place }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('re-rate'), parts: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('close'), owner }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the oracle believes: plain lists, searched from the end, and the rounding of the statute book. */
type Rate = { id: string; card: string; meter: string; from: number; price: bigint; per: bigint };
type Override = {
  id: string;
  owner: string;
  kind: string;
  meter: string | undefined;
  from: number;
  to: number;
  price: bigint;
  per: bigint;
  percent: bigint;
};
type Row = { owner: string; user: string; day: number; booked: number; meter: string; quantity: bigint };

let database: TestDatabase;
const tally: Record<string, number> = {};

beforeAll(() => {
  for (const key of Object.keys(tally)) delete tally[key];
});

const count = (what: string, by = 1): void => {
  tally[what] = (tally[what] ?? 0) + by;
};

const roundHalfUp = (numerator: bigint, denominator: bigint): bigint => {
  const sign = numerator < 0n ? -1n : 1n;
  const doubled = (sign * numerator * 2n + denominator) / (denominator * 2n);
  return sign * doubled;
};

async function createWorld() {
  database = await createTestDatabase();
  const { pool } = database;
  const seeded = await seedDirectory(pool);
  await createRateCard(pool, WHO, { name: 'partner', creditUsd: ONE });
  const cards = await listRateCards(pool);
  const rates: Rate[] = cards.flatMap(({ name, rates: own }) =>
    own.map((rate) => ({
      id: rate.id,
      card: name,
      meter: rate.meter,
      from: usageDayOf(Date.parse(`${rate.validFrom}T00:00:00Z`) * 1_000),
      price: unitsOf(rate.price),
      per: unitsOf(rate.priceQuantity),
    })),
  );
  const idOf = new Map(cards.map(({ name, id }) => [name, id]));
  const rows: Row[] = [];
  const openSince = new Map<string, number>(OWNERS.map((id) => [id, Number.NEGATIVE_INFINITY]));
  return { pool, seeded, idOf, rates, overrides: [] as Override[], rows, openSince, events: 0 };
}
type World = Awaited<ReturnType<typeof createWorld>>;

/** `1.5` as units of 10⁻¹². */
function unitsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(12, '0'));
}

/** The price of the oracle: the account's own, else that of its card less the narrowest discount. */
function priceOf({ rates, overrides }: World, account: string, metered: string, on: number) {
  const inForce = overrides.filter((entry) => entry.owner === account && entry.from <= on && on < entry.to);
  const own = inForce.find(({ kind, meter: of }) => kind === 'price' && of === metered);
  if (own !== undefined) return { price: own.price, per: own.per };
  const cardName = inForce.some(({ kind }) => kind === 'card') ? 'partner' : 'default';
  const candidates = rates.filter((rate) => rate.card === cardName && rate.meter === metered && rate.from <= on);
  const rate = candidates.sort((a, b) => b.from - a.from)[0];
  if (rate === undefined) return undefined;
  const discounts = inForce.filter(({ kind }) => kind === 'discount');
  const discount = discounts.find(({ meter: of }) => of === metered) ?? discounts.find(({ meter: of }) => !of);
  const percentOff = discount?.percent ?? 0n;
  return { price: roundHalfUp(rate.price * (100n * ONE - percentOff), 100n * ONE), per: rate.per };
}

async function perform(world: World, wanted: Step): Promise<void> {
  const { pool } = world;
  switch (wanted.kind) {
    case 'usage':
      return record(world, wanted as Extract<Step, { user: string }>);
    case 're-rate': {
      const { parts } = wanted as Extract<Step, { parts: number }>;
      for (let i = 0; i < parts; i++) if ((await reRatePart(pool, 2)) === undefined) return;
      return;
    }
    case 'close': {
      const { owner: account } = wanted as Extract<Step, { owner: string }>;
      const since = world.openSince.get(account) ?? Number.NaN;
      const month = Number.isFinite(since) ? since : FIRST_MONTH;
      if (month > LAST_DAY) return;
      const before = await readClosedRows(pool);
      await closeMonth(pool, account, formatUsageDay(month));
      expect(await readClosedRows(pool)).toEqual(expect.arrayContaining([...before]));
      world.openSince.set(account, addMonths(month, 1));
      return;
    }
    default:
      return changePrice(world, wanted);
  }
}

async function record(world: World, { user, day: on, meter: metered, quantity }: Extract<Step, { user: string }>) {
  const account = USERS[user as keyof typeof USERS];
  const start = on * MICROS_PER_DAY + 12 * 3_600_000_000;
  const text = `${quantity / ONE}.${(quantity % ONE).toString().padStart(12, '0')}`;
  const usage = { clusterId: world.seeded.clusterId, subject: user, start, end: start, meter: metered, quantity: text };
  expect((await recordUsage(world.pool, [{ ...usage, id: `event ${world.events++}` }])).counted).toBe(1);
  const since = world.openSince.get(account) ?? Number.NaN;
  world.rows.push({ owner: account, user, day: on, booked: on < since ? since : on, meter: metered, quantity });
}

/** Makes the change in the database and, when that took it, in the oracle. */
async function changePrice(world: World, wanted: Step): Promise<void> {
  const { pool } = world;
  const made = toChange(world, wanted);
  if (made === undefined) return;
  const before = await readState(world);
  try {
    const waiting = await pool.query(`select from hopsmeter.price_changes where status = 'applying'`);
    const { fingerprint, total, isReRated } = await previewPriceChange(pool, made.change);
    expect(await readState(world)).toEqual(before);
    const { id } = await changePrices(pool, WHO, { change: made.change, reason: 'for a test', fingerprint });
    const { rows } = await pool.query(`select id from hopsmeter.${made.table} where price_change_id = $1`, [id]);
    made.remember(rows[0]?.id);
    count(wanted.kind);
    if (waiting.rowCount !== 0 || !isReRated || made.change.kind === 'withdraw_rate') return;
    while ((await reRatePart(pool, 3)) !== undefined);
    const done = await pool.query(
      `select changed_rows::int as rows, cost_difference::text as difference from hopsmeter.price_changes
        where id = $1`,
      [id],
    );
    expect(done.rows[0]).toEqual({ rows: total.changedRows, difference: textOf(total.difference) });
    count('checked forecasts', total.changedRows);
    count('forecast adjustments', total.adjustment === 0n ? 0 : 1);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    count(error.code);
    expect(await readState(world)).toEqual(before);
  }
}

const textOf = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(13, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`;
};

type Made = { change: PriceChange; table: 'rates' | 'price_overrides'; remember: (id: string | undefined) => void };

function toChange(world: World, wanted: Step): Made | undefined {
  const { rates, overrides } = world;
  if (wanted.kind === 'set_rate') {
    const {
      card: name,
      meter: metered,
      day: from,
      price: amount,
      priceQuantity: per,
    } = wanted as Extract<Step, { card: string }>;
    const terms = { price: amount, priceQuantity: per, model: 'flat', tiers: [], includedQuantity: 0n } as const;
    const rateCardId = world.idOf.get(name) ?? '';
    return {
      change: { kind: 'set_rate', rateCardId, meter: metered, validFrom: from, terms },
      table: 'rates',
      remember: (id = '') => {
        const same = rates.findIndex((rate) => rate.card === name && rate.meter === metered && rate.from === from);
        if (same >= 0) rates.splice(same, 1);
        rates.push({ id, card: name, meter: metered, from, price: amount, per });
      },
    };
  }
  if (wanted.kind === 'set_override') {
    const {
      owner: account,
      what,
      meter: metered,
      day: from,
      days,
      ...numbers
    } = wanted as Extract<Step, { what: string }>;
    const { price: amount, priceQuantity: per, percent: off } = numbers;
    const to = days === undefined ? OPEN : from + days;
    const terms = { price: amount, priceQuantity: per, model: 'flat', tiers: [], includedQuantity: 0n } as const;
    const of = what === 'discount of all' || what === 'card' ? undefined : metered;
    const kind = what === 'discount of all' ? 'discount' : what;
    const override =
      kind === 'price'
        ? ({ kind, meter: metered, terms } as const)
        : kind === 'card'
          ? ({ kind, rateCardId: world.idOf.get('partner') ?? '' } as const)
          : ({ kind: 'discount', meter: of, percent: off } as const);
    return {
      change: {
        kind: 'set_override',
        accountOwnerId: account,
        override,
        validFrom: from,
        validTo: days === undefined ? undefined : to,
      },
      table: 'price_overrides',
      remember: (id = '') =>
        overrides.push({ id, owner: account, kind, meter: of, from, to, price: amount, per, percent: off }),
    };
  }
  const { place: at } = wanted as Extract<Step, { place: number }>;
  if (wanted.kind === 'withdraw_rate') {
    const rate = rates[at % rates.length];
    if (rate === undefined) return undefined;
    return {
      change: { kind: 'withdraw_rate', rateId: rate.id },
      table: 'rates',
      remember: () => rates.splice(rates.indexOf(rate), 1),
    };
  }
  const override = overrides[at % Math.max(overrides.length, 1)];
  if (override === undefined) return undefined;
  if (wanted.kind === 'withdraw_override')
    return {
      change: { kind: 'withdraw_override', overrideId: override.id },
      table: 'price_overrides',
      remember: () => overrides.splice(overrides.indexOf(override), 1),
    };
  const { day: to } = wanted as Extract<Step, { day: number }>;
  return {
    change: { kind: 'end_override', overrideId: override.id, validTo: to },
    table: 'price_overrides',
    remember: () => {
      override.to = to;
    },
  };
}

/** Everything that a refused change must leave alone. */
async function readState({ pool }: World): Promise<readonly unknown[]> {
  const { rows } = await pool.query(`
    select row::text from (
      select 'rate' as kind, rates::text as row from hopsmeter.rates union all
      select 'override', price_overrides::text from hopsmeter.price_overrides union all
      select 'change', price_changes::text from hopsmeter.price_changes union all
      select 'usage', usage_daily::text from hopsmeter.usage_daily union all
      select 'version', version::text from hopsmeter.directory_versions union all
      select 'audit', count(*)::text from hopsmeter.audit_log
    ) as everything order by kind, row`);
  return rows;
}

/** What each account pays, by meter and usage day; what is booked on the same day of one user is one row. */
function expectedCosts(world: World): Readonly<Record<string, string>> {
  const sums = new Map<string, { row: Row; quantity: bigint }>();
  for (const row of world.rows) {
    const key = [row.owner, row.booked, row.user, row.meter, row.day].join(' ');
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { row, quantity: row.quantity });
    else sum.quantity += row.quantity;
  }
  const costs = new Map<string, bigint>();
  for (const { row, quantity } of sums.values()) {
    const found = priceOf(world, row.owner, row.meter, row.day);
    if (found === undefined) throw new Error('usage was counted without a price');
    const key = `${row.owner} ${row.meter} ${formatUsageDay(row.day)}`;
    costs.set(key, (costs.get(key) ?? 0n) + roundHalfUp(quantity * found.price, found.per));
  }
  return Object.fromEntries([...costs].map(([key, cost]) => [key, textOf(cost)]));
}

async function readCosts({ pool }: World): Promise<Readonly<Record<string, string>>> {
  const { rows } = await pool.query<{ key: string; cost: string }>(`
    select account_owner_id || ' ' || meter || ' ' || usage_date as key, sum(cost)::text as cost
    from hopsmeter.usage_daily group by account_owner_id, meter, usage_date`);
  return Object.fromEntries(rows.map(({ key, cost }) => [key, cost]));
}

it('gives every row its final price whatever came in which order, and leaves closed months as they are', async () => {
  await playHistories(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const world = await createWorld();
      try {
        let closed: readonly string[] = [];
        for (const wanted of steps) {
          await perform(world, wanted);
          const now = await readClosedRows(world.pool);
          if (wanted.kind !== 'close') expect(now).toEqual(closed);
          closed = now;
        }
        while ((await reRatePart(world.pool, 4)) !== undefined);
        expect(await readCosts(world)).toEqual(expectedCosts(world));
        expect(await readClosedRows(world.pool)).toEqual(closed);
        expect(await findRollupDifferences(world.pool)).toEqual([]);
        const adjusted = await world.pool.query(
          `select booked_on < hopsmeter.open_since(account_owner_id) as again from hopsmeter.usage_daily
            where price_adjustment <> 0`,
        );
        count('adjusted rows', adjusted.rowCount ?? 0);
        count('adjusted again', adjusted.rows.filter(({ again }) => again).length);
        await expectNothingLeft(world);
      } finally {
        await database.close();
      }
    }),
    { few: 3, missing: () => KINDS.filter((kind) => (tally[kind] ?? 0) === 0) },
  );
}, 600_000);

/** Re-rating everything once more finds nothing to do. */
async function expectNothingLeft({ pool }: World): Promise<void> {
  const { rows: before } = await pool.query('select usage_daily::text from hopsmeter.usage_daily order by id');
  await pool.query(
    `update hopsmeter.price_changes set status = 'applying', applied_at = null, next_day = first_day
      where first_day <= now()`,
  );
  while ((await reRatePart(pool, 5)) !== undefined);
  const { rows: after } = await pool.query('select usage_daily::text from hopsmeter.usage_daily order by id');
  expect(after).toEqual(before);
}

it('seeds the directory as the test expects it', async () => {
  const world = await createWorld();
  const seeded: SeededDirectory = world.seeded;
  expect([seeded.ownerId, seeded.memberId, seeded.otherId]).toEqual(Object.keys(USERS));
  await database.close();
});
