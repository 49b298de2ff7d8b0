import { sampleEvent, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  closeMonth,
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  addMonths,
  formatUsageDay,
  isImportedMeter,
  MICROS_PER_DAY,
  monthOf,
  ONE,
  type PriceTerms,
  usageDayOf,
} from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.ts';
import { kindOfFailure } from '../connection/errors.ts';
import { loadDirectory } from '../directory/load-directory.ts';
import { recordBatch } from '../record/record-batch.ts';
import { changePrices, previewPriceChange } from './change-prices.ts';
import { createRateCard } from './create-rate-card.ts';
import { listPriceChanges } from './list-price-changes.ts';
import { listMeters, listRateCards } from './list-rate-cards.ts';
import type { PriceChange } from './price-change.ts';
import { reRatePart } from './re-rate.ts';
import { readPrices } from './read-prices.ts';

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const OWNER = 'auth0|owner';
const OTHER = 'auth0|other';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const TODAY = usageDayOf(Date.now() * 1_000);
const MONTH = addMonths(monthOf(TODAY), -2);
/** Far enough that no clock can make it today. */
const FUTURE = TODAY + 40;

let database: TestDatabase;
let seeded: SeededDirectory;
let cardId: string;
let partnerId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  cardId = (await listRateCards(database.pool))[0]?.id ?? '';
  partnerId = (await createRateCard(database.pool, WHO, { name: 'partner', creditUsd: ONE / 2n })).value.id;
  const usage = { clusterId: seeded.clusterId, start: MONTH * MICROS_PER_DAY, end: MONTH * MICROS_PER_DAY };
  await recordUsage(database.pool, [
    { ...usage, id: 'member', subject: 'auth0|member', quantity: '2' },
    { ...usage, id: 'owner', subject: OWNER, quantity: '4' },
    { ...usage, id: 'other', subject: OTHER, quantity: '1' },
  ]);
});
beforeEach(async () => {
  while ((await reRatePart(database.pool)) !== undefined);
});
afterAll(() => database?.close());

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

const terms = (price: bigint, changes: Partial<PriceTerms> = {}): PriceTerms => ({
  price,
  priceQuantity: ONE,
  model: 'flat',
  tiers: [],
  includedQuantity: 0n,
  ...changes,
});

const rate = (changes: Partial<Extract<PriceChange, { kind: 'set_rate' }>> = {}): PriceChange => ({
  kind: 'set_rate',
  rateCardId: cardId,
  meter: 'cpu_hours',
  validFrom: FUTURE,
  terms: terms(ONE),
  ...changes,
});

type SetOverride = Extract<PriceChange, { kind: 'set_override' }>;

const override = (changes: Partial<SetOverride> = {}): PriceChange => ({
  kind: 'set_override',
  accountOwnerId: OWNER,
  override: { kind: 'price', meter: 'gpu_hours', terms: terms(ONE) },
  validFrom: FUTURE,
  validTo: FUTURE + 10,
  ...changes,
});

const apply = async (change: PriceChange) => {
  const { fingerprint } = await previewPriceChange(database.pool, change);
  return changePrices(database.pool, WHO, { change, reason: 'agreed', fingerprint });
};

/** Everything that a refused change must leave alone. */
const readState = () =>
  rowsOf(`
    select row from (
      select rates::text as row from hopsmeter.rates union all select price_overrides::text
        from hopsmeter.price_overrides union all
      select price_changes::text from hopsmeter.price_changes union all select usage_daily::text
        from hopsmeter.usage_daily union all
      select version::text from hopsmeter.directory_versions union all select audit_log::text from hopsmeter.audit_log
    ) as everything order by row`);

const overridesOf = async (account: string) => (await readPrices(database.pool, account, TODAY)).overrides;

describe('a change of future prices', () => {
  it('is applied at once, with its audit row', async () => {
    const applied = await changePrices(database.pool, WHO, { change: rate(), reason: 'list 2027' });
    expect(applied).toMatchObject({
      status: 'applied',
      firstDay: formatUsageDay(FUTURE),
      endDay: null,
      nextDay: null,
      changedRows: 0,
      reason: 'list 2027',
      createdBy: 'auth0|staff',
      change: { kind: 'set_rate', price: '1', model: 'flat', tiers: null },
    });
    expect(await reRatePart(database.pool)).toBeUndefined();
    const [entry] = await rowsOf(
      `select action, actor_id, reason, request_id, before, after->>'meter' as meter from hopsmeter.audit_log
      where entity = 'price_changes' and entity_id = $1`,
      [applied.id],
    );
    expect(entry).toEqual({
      action: 'set_rate',
      actor_id: 'auth0|staff',
      reason: 'list 2027',
      request_id: 'request-1',
      before: null,
      meter: 'cpu_hours',
    });
  });

  it('replaces the rate of the same day and keeps it as withdrawn', async () => {
    const first = await apply(rate({ validFrom: FUTURE + 1 }));
    await apply(rate({ validFrom: FUTURE + 1, terms: terms(2n * ONE) }));
    const rates = await rowsOf<{ price: string; live: boolean }>(
      `select trim_scale(price)::text as price, withdrawn_at is null as live from hopsmeter.rates
      where valid_from = $1 order by created_at`,
      [formatUsageDay(FUTURE + 1)],
    );
    expect(rates).toEqual([
      { price: '1', live: false },
      { price: '2', live: true },
    ]);
    const listed = (await listRateCards(database.pool))[0]?.rates.filter(({ meter }) => meter === 'cpu_hours');
    expect(listed?.map(({ price, validTo }) => [price, validTo])).toEqual([
      ['0.35', formatUsageDay(FUTURE)],
      ['1', formatUsageDay(FUTURE + 1)],
      ['2', null],
    ]);
    expect(
      (await listPriceChanges(database.pool, { status: undefined, after: undefined, limit: 99 })).at(-1),
    ).toBeDefined();
    expect(first.status).toBe('applied');
  });

  it('refuses the batches that were planned before it', async () => {
    const planned = sampleRecord({ ...seeded, directory: seeded.directory }, [sampleEvent('planned before')]);
    await apply(rate({ validFrom: FUTURE + 3 }));
    const error = await recordBatch(database.pool, planned).catch((thrown: unknown) => thrown);
    expect(kindOfFailure(error)).toBe('directory_changed');
  });

  it('of an account is shown with where it comes from', async () => {
    await apply(override({ override: { kind: 'discount', meter: undefined, percent: 10n * ONE } }));
    await apply(override({ override: { kind: 'price', meter: 'cpu_hours', terms: terms(ONE / 4n) } }));
    const { prices, rateCard, overrides } = await readPrices(database.pool, OWNER, FUTURE + 9);
    const of = (meter: string) => prices.find((price) => price.meter === meter);
    expect(of('cpu_hours')).toMatchObject({ source: 'price', price: '0.25', rateId: null });
    expect(of('gpu_hours')).toMatchObject({ source: 'discount', price: '3.15', rateId: expect.any(String) });
    expect(rateCard).toMatchObject({ name: 'default', creditUsd: '0.35' });
    expect(overrides.map(({ kind }) => kind).sort()).toEqual(['discount', 'price']);
    const later = await readPrices(database.pool, OWNER, FUTURE + 10);
    expect(new Set(later.prices.map(({ source }) => source))).toEqual(new Set(['card']));
    const priced = (await listMeters(database.pool)).filter(({ meter }) => !isImportedMeter(meter));
    expect(later.prices.map(({ meter }) => meter)).toEqual(priced.map(({ meter }) => meter));
  });

  it('keeps tiers and included quantities', async () => {
    const tiers = [
      { upTo: 100n * ONE, price: ONE },
      { upTo: undefined, price: ONE / 2n },
    ];
    const graduated = terms(ONE, { model: 'graduated', tiers, includedQuantity: 5n * ONE });
    await apply(override({ accountOwnerId: OTHER, override: { kind: 'price', meter: 'cpu_hours', terms: graduated } }));
    expect(
      (await readPrices(database.pool, OTHER, FUTURE)).prices.find(({ meter }) => meter === 'cpu_hours'),
    ).toMatchObject({
      model: 'graduated',
      tiers: [
        { upTo: '100', price: '1' },
        { upTo: null, price: '0.5' },
      ],
      includedQuantity: '5',
    });
  });
});

describe('a change of past prices', () => {
  const past = () => rate({ validFrom: MONTH });

  it('is refused without a dry run, and with an old one', async () => {
    const { fingerprint } = await previewPriceChange(database.pool, past());
    await apply(rate({ validFrom: FUTURE + 20 }));
    const before = await readState();
    for (const [given, code] of [
      [undefined, 'DRY_RUN_REQUIRED'],
      [fingerprint, 'STALE_DRY_RUN'],
      ['made up', 'STALE_DRY_RUN'],
    ] as const)
      await expect(
        changePrices(database.pool, WHO, { change: past(), reason: 'x', fingerprint: given }),
      ).rejects.toMatchObject({ code });
    expect(await readState()).toEqual(before);
  });

  it('is refused with the dry run of another change, or of other closed months', async () => {
    const other = await previewPriceChange(database.pool, rate({ validFrom: MONTH, terms: terms(2n * ONE) }));
    const own = await previewPriceChange(database.pool, past());
    const attempt = (fingerprint: string) =>
      changePrices(database.pool, WHO, { change: past(), reason: 'x', fingerprint });
    await expect(attempt(other.fingerprint)).rejects.toMatchObject({ code: 'STALE_DRY_RUN' });
    await closeMonth(database.pool, OTHER, formatUsageDay(addMonths(MONTH, -1)));
    await expect(attempt(own.fingerprint)).rejects.toMatchObject({ code: 'STALE_DRY_RUN' });
  });

  it('says what it would do, by account, and what would become adjustments', async () => {
    await closeMonth(database.pool, OTHER, formatUsageDay(MONTH));
    const before = await readState();
    const { accounts, total, isReRated } = await previewPriceChange(database.pool, past());
    expect(await readState()).toEqual(before);
    expect(isReRated).toBe(true);
    const units = (text: string) =>
      BigInt(text.replace('.', '')) * 10n ** BigInt(12 - (text.split('.')[1] ?? '').length);
    expect(accounts).toEqual([
      {
        accountOwnerId: OWNER,
        oldCost: units('2.1'),
        newCost: units('6.0'),
        difference: units('3.9'),
        adjustment: 0n,
        modelEffect: 0n,
        changedRows: 2,
      },
      {
        accountOwnerId: OTHER,
        oldCost: units('0.35'),
        newCost: units('1.0'),
        difference: units('0.65'),
        adjustment: units('0.65'),
        modelEffect: 0n,
        changedRows: 1,
      },
    ]);
    expect(total).toEqual({
      oldCost: units('2.45'),
      newCost: units('7.0'),
      difference: units('4.55'),
      adjustment: units('0.65'),
      modelEffect: 0n,
      changedRows: 3,
    });
  });

  it('says by how much the model effects of the months change', async () => {
    // 6 units of the owner's month: 2 are free, 3 cost 1 and 1 costs 0.5; all of them 1 at the list price.
    const tiers = [
      { upTo: 3n * ONE, price: ONE },
      { upTo: undefined, price: ONE / 2n },
    ];
    const graduated = terms(ONE, { model: 'graduated', tiers, includedQuantity: 2n * ONE });
    const { accounts } = await previewPriceChange(
      database.pool,
      override({
        override: { kind: 'price', meter: 'cpu_hours', terms: graduated },
        validFrom: MONTH,
        validTo: addMonths(MONTH, 1),
      }),
    );
    expect(accounts.map(({ difference, modelEffect }) => [difference, modelEffect])).toEqual([
      [6n * ONE - (21n * ONE) / 10n, (35n * ONE) / 10n - 6n * ONE],
    ]);
  });

  it('is tried while a batch is being recorded and while prices are being changed', async () => {
    const client = await database.pool.connect();
    try {
      await client.query(`begin; select pg_advisory_xact_lock(${ADVISORY_LOCKS.directory})`);
      await client.query('select from hopsmeter.usage_daily for update');
      expect((await previewPriceChange(database.pool, past())).total.changedRows).toBe(3);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  it('is priced into new rows from its commit on, and into old ones by re-rating', async () => {
    const applied = await apply(past());
    expect(applied.status).toBe('applying');
    const usage = {
      clusterId: seeded.clusterId,
      start: (MONTH + 3) * MICROS_PER_DAY,
      end: (MONTH + 3) * MICROS_PER_DAY,
    };
    await recordUsage(database.pool, [{ ...usage, id: 'new row', subject: OWNER, quantity: '1' }]);
    const prices = () =>
      rowsOf(
        `select distinct trim_scale(price)::text as price from hopsmeter.usage_daily
          where booked_on = usage_date and account_owner_id = $1 order by 1`,
        [OWNER],
      );
    expect(await prices()).toEqual([{ price: '0.35' }, { price: '1' }]);
    while ((await reRatePart(database.pool)) !== undefined);
    expect(await prices()).toEqual([{ price: '1' }]);
    expect((await loadDirectory(database.pool)).version).toBeDefined();
  });

  it('may lie before everything that is retained', async () => {
    const applied = await apply(override({ validFrom: 0, validTo: 10 }));
    while ((await reRatePart(database.pool)) !== undefined);
    const [found] = await listPriceChanges(database.pool, { status: 'applied', after: undefined, limit: 1 });
    expect(found).toMatchObject({ id: applied.id, changedRows: 0, firstDay: '1970-01-01', endDay: '1970-01-11' });
  });
});

describe('a change that cannot be', () => {
  const firstRate = async (meter: string) =>
    (await listRateCards(database.pool))[0]?.rates.find((candidate) => candidate.meter === meter)?.id ?? '';

  it.each<[string, () => PriceChange | Promise<PriceChange>, string]>([
    ['names a card that there is not', () => rate({ rateCardId: NOBODY }), 'UNKNOWN_REFERENCE'],
    ['names a meter that there is not', () => rate({ meter: 'coffee' }), 'UNKNOWN_REFERENCE'],
    ['names an account that there is not', () => override({ accountOwnerId: 'auth0|nobody' }), 'UNKNOWN_REFERENCE'],
    [
      'gives an account a card that there is not',
      () => override({ override: { kind: 'card', rateCardId: NOBODY } }),
      'UNKNOWN_REFERENCE',
    ],
    [
      'discounts a meter that there is not',
      () => override({ override: { kind: 'discount', meter: 'coffee', percent: ONE } }),
      'UNKNOWN_REFERENCE',
    ],
    ['withdraws a rate that there is not', () => ({ kind: 'withdraw_rate', rateId: NOBODY }), 'NOT_FOUND'],
    ['withdraws an override that there is not', () => ({ kind: 'withdraw_override', overrideId: NOBODY }), 'NOT_FOUND'],
    [
      'ends an override that there is not',
      () => ({ kind: 'end_override', overrideId: NOBODY, validTo: FUTURE }),
      'NOT_FOUND',
    ],
    ['ends before it begins', () => override({ validTo: FUTURE - 1 }), 'INVALID_VALIDITY'],
    ['ends on the day on which it begins', () => override({ validTo: FUTURE }), 'INVALID_VALIDITY'],
    [
      'ends an override before it began',
      async () => ({ kind: 'end_override', overrideId: (await own()).id, validTo: FUTURE }),
      'INVALID_VALIDITY',
    ],
    [
      'overlaps another override of its kind',
      async () => {
        await own();
        return override({
          validFrom: FUTURE + 19,
          validTo: undefined,
          override: { kind: 'price', meter: 'cpu_hours', terms: terms(0n) },
        });
      },
      'OVERLAPPING_VALIDITY',
    ],
    [
      'takes the only rate of a meter away',
      async () => ({ kind: 'withdraw_rate', rateId: await firstRate('gpu_hours') }),
      'RATE_GAP',
    ],
    [
      'puts an account on a card without rates',
      () => override({ override: { kind: 'card', rateCardId: partnerId } }),
      'RATE_GAP',
    ],
  ])('%s', async (_, toChange, code) => {
    const change = await toChange();
    const before = await readState();
    await expect(previewPriceChange(database.pool, change)).rejects.toMatchObject({ code });
    await expect(changePrices(database.pool, WHO, { change, reason: 'x' })).rejects.toMatchObject({ code });
    expect(await readState()).toEqual(before);
  });

  it('says whose price of what would be missing since when', async () => {
    // The account has a CPU price of its own on that day.
    const change = override({ override: { kind: 'card', rateCardId: partnerId }, validFrom: FUTURE + 5 });
    await expect(previewPriceChange(database.pool, change)).rejects.toMatchObject({
      detail: `gpu_hours would have no price for ${OWNER} on ${formatUsageDay(FUTURE + 5)}`,
    });
  });

  it('may be on a card that nobody is on', async () => {
    const made = await apply(rate({ rateCardId: partnerId, validFrom: MONTH }));
    expect(made.status).toBe('applying');
    const rateId = (await listRateCards(database.pool))[1]?.rates[0]?.id ?? '';
    await apply({ kind: 'withdraw_rate', rateId });
    expect((await listRateCards(database.pool))[1]?.rates).toEqual([]);
  });

  it('is refused by the database too: two at the same time cannot both get the same days', async () => {
    const change = override({
      accountOwnerId: OTHER,
      override: { kind: 'card', rateCardId: cardId },
      validTo: undefined,
    });
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map(() => changePrices(database.pool, WHO, { change, reason: 'race' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'OVERLAPPING_VALIDITY' });
  });

  /** A price of the account's own; made once. */
  async function own() {
    const find = async () =>
      (await overridesOf(OWNER)).find(({ validFrom }) => validFrom === formatUsageDay(FUTURE + 15));
    const known = await find();
    if (known !== undefined) return known;
    await apply(
      override({
        override: { kind: 'price', meter: 'cpu_hours', terms: terms(0n) },
        validFrom: FUTURE + 15,
        validTo: FUTURE + 20,
      }),
    );
    const made = await find();
    if (made === undefined) throw new Error('the override was not made');
    return made;
  }
});

describe('an override', () => {
  it('is ended earlier and later, and only the days between are concerned', async () => {
    const made = await apply(
      override({
        override: { kind: 'discount', meter: 'ram_gb_hours', percent: ONE },
        validFrom: FUTURE + 100,
        validTo: undefined,
      }),
    );
    const [found] = (await overridesOf(OWNER)).filter(({ validFrom }) => validFrom === made.firstDay);
    const overrideId = found?.id ?? '';
    expect(await apply({ kind: 'end_override', overrideId, validTo: FUTURE + 110 })).toMatchObject({
      firstDay: formatUsageDay(FUTURE + 110),
      endDay: null,
      meter: 'ram_gb_hours',
      accountOwnerId: OWNER,
    });
    expect(await apply({ kind: 'end_override', overrideId, validTo: FUTURE + 120 })).toMatchObject({
      firstDay: formatUsageDay(FUTURE + 110),
      endDay: formatUsageDay(FUTURE + 120),
    });
    await apply({ kind: 'withdraw_override', overrideId });
    expect((await overridesOf(OWNER)).some(({ id }) => id === overrideId)).toBe(false);
  });
});

describe('rate cards', () => {
  it('are created once, however often it is asked', async () => {
    const wanted = { name: 'europe', creditUsd: ONE / 4n };
    const first = await createRateCard(database.pool, WHO, wanted);
    expect(first).toMatchObject({ isCreated: true, value: { name: 'europe', creditUsd: '0.25', isDefault: false } });
    expect(await createRateCard(database.pool, WHO, wanted)).toEqual({ isCreated: false, value: first.value });
    await expect(createRateCard(database.pool, WHO, { ...wanted, creditUsd: ONE })).rejects.toMatchObject({
      code: 'RATE_CARD_EXISTS',
    });
    expect((await listRateCards(database.pool)).map(({ name }) => name)).toEqual(['default', 'europe', 'partner']);
  });
});
