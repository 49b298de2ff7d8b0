import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const NAME = 'Ada Lovelace';
const NOBODY = '00000000-0000-4000-8000-000000000000';
/** A day of which usage is recorded, and one of which there is none for years. */
const PAST = '2026-01-05';
const FUTURE = '2099-01-01';

let api: TestApi;
let cardId: string;

const send = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown) => {
  const answer = await api.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const parsed: Json = answer.json();
  return { status: answer.statusCode, body: parsed };
};

const change = (wanted: object, more: object = {}) =>
  send('POST', '/v1/price-changes', { change: wanted, reason: 'agreed', ...more });

const rate = (more: object = {}) => ({
  kind: 'set_rate',
  rateCardId: cardId,
  meter: 'cpu_hours',
  validFrom: FUTURE,
  price: '0.5',
  ...more,
});

const override = (content: object, more: object = {}) => ({
  kind: 'set_override',
  accountOwnerId: OWNER,
  override: content,
  validFrom: FUTURE,
  ...more,
});

beforeAll(async () => {
  api = await startTestApi({ requestsPerMinute: 1_000_000 });
  await api.tables.insert(schema.users).values([{ id: OWNER, name: NAME }]);
  const cluster = await addCluster(api.tables, 'east');
  await addUsage(api.tables, [{ day: PAST, owner: OWNER, cluster, quantity: '10' }]);
  cardId = (await send('GET', '/v1/rate-cards')).body.rateCards[0].id;
});
afterAll(() => api?.close());

describe('prices', () => {
  it('are listed by meter and card', async () => {
    const { meters } = (await send('GET', '/v1/meters')).body;
    expect(meters[0]).toEqual({ meter: 'cpu_hours', unit: 'core-hour', description: 'CPU cores over time' });
    const [card] = (await send('GET', '/v1/rate-cards')).body.rateCards;
    expect(card).toMatchObject({ name: 'default', creditUsd: '0.35', isDefault: true });
    // Imported usage has a price that no card names.
    const priced = meters.filter(({ meter }: Json) => !meter.startsWith('imported_'));
    expect(meters.length - priced.length).toBe(7);
    expect(card.rates.map(({ meter }: Json) => meter)).toEqual(priced.map(({ meter }: Json) => meter));
    expect(card.rates[3]).toMatchObject({ price: '0.03', priceQuantity: '720', model: 'flat', validTo: null });
  });

  it('are set for meters that are registered with 201 and found with 200', async () => {
    const wanted = { meter: 'gpu_hours_h100', unit: 'GPU-hour', description: 'H100 GPUs over time' };
    expect(await send('POST', '/v1/meters', wanted)).toEqual({ status: 201, body: wanted });
    expect(await send('POST', '/v1/meters', wanted)).toEqual({ status: 200, body: wanted });
    const other = await send('POST', '/v1/meters', { ...wanted, unit: 'hour' });
    expect([other.status, other.body.code]).toEqual([409, 'METER_EXISTS']);
    for (const [field, value, code] of [
      ['meter', 'GPU hours', 'INVALID_TEXT'],
      ['meter', 'a__b', 'INVALID_TEXT'],
      ['meter', 'a'.repeat(65), 'INVALID_TEXT'],
      ['meter', undefined, 'MISSING_FIELD'],
      ['unit', '', 'INVALID_TEXT'],
      ['description', 7, 'WRONG_TYPE'],
      ['price', '1', 'UNKNOWN_FIELD'],
    ] as const)
      expect((await send('POST', '/v1/meters', { ...wanted, [field]: value })).body.errors).toMatchObject([
        { pointer: `/${field}`, code },
      ]);
    expect((await change(rate({ meter: wanted.meter }), { dryRun: true })).status).toBe(200);
    const { meters } = (await send('GET', '/v1/meters')).body;
    expect(meters).toContainEqual(wanted);
  });

  it('follow a GPU model to the meter that it is put on', async () => {
    const wanted = { name: 'NVIDIA A100/SXM4 "40GB"', meter: 'gpu_hours' };
    const first = await send('PUT', '/v1/gpu-models', wanted);
    expect(first).toMatchObject({ status: 201, body: wanted });
    expect(await send('PUT', '/v1/gpu-models', wanted)).toEqual({ status: 200, body: first.body });
    expect((await send('GET', '/v1/gpu-models')).body).toEqual({ gpuModels: [first.body] });
    const unknown = await send('PUT', '/v1/gpu-models', { name: 'Tesla T4', meter: 'gpu_hours_t4' });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'UNKNOWN_REFERENCE']);
    for (const name of ['', '  ', 'a\u0000', 'x'.repeat(254), 7])
      expect((await send('PUT', '/v1/gpu-models', { ...wanted, name })).body.errors).toMatchObject([
        { pointer: '/name' },
      ]);
    for (const meter of ['cpu_hours', 'network_egress_gb'])
      expect((await send('PUT', '/v1/gpu-models', { ...wanted, meter })).body.errors).toMatchObject([
        { pointer: '/meter', code: 'INVALID_TEXT' },
      ]);
    expect(await send('DELETE', `/v1/gpu-models/${first.body.id}`)).toEqual({ status: 200, body: first.body });
    expect((await send('DELETE', `/v1/gpu-models/${first.body.id}`)).status).toBe(404);
  });

  it('are on cards that are created with 201 and found with 200', async () => {
    const wanted = { name: 'partners', creditUsd: '0.25' };
    const first = await send('POST', '/v1/rate-cards', wanted);
    expect([first.status, first.body]).toMatchObject([201, { ...wanted, isDefault: false, rates: [] }]);
    expect(await send('POST', '/v1/rate-cards', wanted)).toEqual({ status: 200, body: first.body });
    const other = await send('POST', '/v1/rate-cards', { ...wanted, creditUsd: '0.3' });
    expect([other.status, other.body.code]).toEqual([409, 'RATE_CARD_EXISTS']);
    for (const [creditUsd, code] of [
      ['0', 'DECIMAL_OUT_OF_RANGE'],
      ['-1', 'DECIMAL_OUT_OF_RANGE'],
      ['NaN', 'INVALID_DECIMAL'],
      [1, 'WRONG_TYPE'],
    ])
      expect((await send('POST', '/v1/rate-cards', { name: 'x', creditUsd })).body.errors).toMatchObject([
        { pointer: '/creditUsd', code },
      ]);
  });

  it('of an account are shown for a day, with where they come from', async () => {
    await change(override({ kind: 'discount', discountPercent: '12.5' }));
    const path = `/v1/accounts/${encodeURIComponent(OWNER)}/prices`;
    const { body } = await send('GET', `${path}?day=${FUTURE}`);
    expect(body).toMatchObject({
      accountOwnerId: OWNER,
      day: FUTURE,
      currency: 'USD',
      rateCard: { name: 'default' },
      overrides: [{ kind: 'discount', meter: null, discountPercent: '12.5', validFrom: FUTURE, validTo: null }],
    });
    expect(body.prices[0]).toMatchObject({ meter: 'cpu_hours', price: '0.30625', source: 'discount' });
    expect((await send('GET', path)).body.prices[0]).toMatchObject({ price: '0.35', source: 'card', overrideId: null });
    const { overrides } = (await send('GET', '/v1/price-overrides')).body;
    expect(overrides).toEqual([{ ...body.overrides[0], accountOwnerId: OWNER, accountName: NAME }]);
    expect((await send('GET', '/v1/accounts/nobody/prices')).body.code).toBe('NOT_FOUND');
    expect((await send('GET', `${path}?day=tomorrow`)).body.errors).toMatchObject([{ code: 'INVALID_DAY' }]);
  });
});

describe('a price change', () => {
  it('of the future is applied at once', async () => {
    const { status, body } = await change(rate());
    expect([status, body]).toMatchObject([
      200,
      {
        dryRun: false,
        forecast: null,
        priceChange: { status: 'applied', reason: 'agreed', createdBy: 'service-role' },
      },
    ]);
    const path = `/v1/price-changes/${body.priceChange.id}`;
    expect((await send('GET', path)).body).toEqual(body.priceChange);
    const { rateId } = body.priceChange;
    const [{ rates }] = (await send('GET', '/v1/rate-cards')).body.rateCards;
    expect(rates).toContainEqual(expect.objectContaining({ id: rateId, validFrom: FUTURE }));
    await change({ kind: 'withdraw_rate', rateId });
    expect((await send('GET', path)).body).toEqual({ ...body.priceChange, rateId: null });
    await change(rate());
    expect((await send('GET', `/v1/price-changes/${NOBODY}`)).body.code).toBe('NOT_FOUND');
  });

  it('of the future is tried at the usage of a month, with tiers and all', async () => {
    const included = rate({ validFrom: '2098-01-01', includedQuantity: '4' });
    const tried = await change(included, { dryRun: true, forecastMonth: PAST.slice(0, 7) });
    const difference = {
      oldCost: '3.500000000000',
      newCost: '5.000000000000',
      difference: '1.500000000000',
      modelEffect: '-2.000000000000',
      oldBill: '3.500000000000',
      newBill: '3.000000000000',
      billDifference: '-0.500000000000',
    };
    expect(tried.body.forecast).toMatchObject({
      isReRated: false,
      total: { newCost: '0.000000000000', changedRows: 0 },
      month: {
        usageMonth: PAST.slice(0, 7),
        pricedAs: '2098-01',
        total: difference,
        accountCount: 1,
        accounts: [{ accountOwnerId: OWNER, accountName: NAME, ...difference }],
      },
    });
    for (const [more, code] of [
      [{ dryRun: true, forecastMonth: '2026-13' }, 'INVALID_TIME'],
      [{ forecastMonth: '2026-01' }, 'UNKNOWN_FIELD'],
    ] as const)
      expect(await change(included, more)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/forecastMonth', code }] },
      });
  });

  it('of the past is tried, and applied with the fingerprint', async () => {
    const wanted = rate({ validFrom: PAST });
    const tried = await change(wanted, { dryRun: true });
    const difference = {
      oldCost: '3.500000000000',
      newCost: '5.000000000000',
      difference: '1.500000000000',
      adjustment: '0.000000000000',
      modelEffect: '0.000000000000',
      changedRows: 1,
    };
    expect(tried.body).toMatchObject({
      dryRun: true,
      priceChange: null,
      forecast: {
        isReRated: true,
        firstDay: PAST,
        endDay: FUTURE,
        total: difference,
        accountCount: 1,
        accounts: [{ accountOwnerId: OWNER, accountName: NAME, ...difference }],
        month: null,
      },
    });
    expect(await change(wanted)).toMatchObject({ status: 400, body: { code: 'DRY_RUN_REQUIRED' } });
    const { fingerprint } = tried.body.forecast;
    const applied = await change(wanted, { fingerprint });
    expect(applied.body.priceChange).toMatchObject({ status: 'applying', nextDay: PAST, meter: 'cpu_hours' });
    expect(await change(wanted, { fingerprint })).toMatchObject({ status: 409, body: { code: 'STALE_DRY_RUN' } });
    const { body } = await send('GET', '/v1/price-changes?status=applying');
    expect(body.priceChanges).toEqual([applied.body.priceChange]);
  });

  it('is listed page by page, the newest first', async () => {
    const ids: string[] = [];
    let url = '/v1/price-changes?limit=1';
    while (url !== '') {
      const { body } = await send('GET', url);
      ids.push(...body.priceChanges.map(({ id }: Json) => id));
      url = body.nextCursor === undefined ? '' : `/v1/price-changes?limit=1&cursor=${body.nextCursor}`;
    }
    expect(ids).toEqual((await send('GET', '/v1/price-changes')).body.priceChanges.map(({ id }: Json) => id));
    expect(ids).toHaveLength(5);
  });

  it('keeps tiers, packages and included quantities', async () => {
    const tiers = [{ upTo: '100', price: '1' }, { price: '0.5' }];
    const volume = { kind: 'price', meter: 'gpu_hours', model: 'volume', tiers, includedQuantity: '5' };
    const made = await change(override(volume, { validTo: '2099-02-01' }));
    expect(made.body.priceChange.change).toMatchObject({
      override: {
        model: 'volume',
        price: '1',
        tiers: [
          { upTo: '100', price: '1' },
          { upTo: null, price: '0.5' },
        ],
        includedQuantity: '5',
      },
    });
    expect(made.body.priceChange.endDay).toBe('2099-02-01');
  });

  const price = (more: object) => override({ kind: 'price', meter: 'cpu_hours', ...more });
  it.each<[string, () => object, object[]]>([
    ['a negative price', () => rate({ price: '-0.1' }), [{ pointer: '/change/price', code: 'DECIMAL_OUT_OF_RANGE' }]],
    [
      'a price that is no number',
      () => rate({ price: 'NaN' }),
      [{ pointer: '/change/price', code: 'INVALID_DECIMAL' }],
    ],
    ['a price as a JSON number', () => rate({ price: 0.1 }), [{ pointer: '/change/price', code: 'WRONG_TYPE' }]],
    ['no price', () => rate({ price: undefined }), [{ pointer: '/change/price', code: 'MISSING_FIELD' }]],
    ['no meter', () => rate({ meter: undefined }), [{ pointer: '/change/meter', code: 'MISSING_FIELD' }]],
    ['no day', () => rate({ validFrom: '2026-02-30' }), [{ pointer: '/change/validFrom', code: 'INVALID_TIME' }]],
    ['an unknown field', () => rate({ pricee: '1' }), [{ pointer: '/change/pricee', code: 'UNKNOWN_FIELD' }]],
    ['an unknown kind', () => ({ kind: 'set_everything' }), [{ pointer: '/change/kind', code: 'WRONG_TYPE' }]],
    ['nothing', () => ({}), [{ pointer: '/change/kind' }]],
    [
      'several mistakes in an override',
      () => price({ price: '-1', priceQuantity: '0', model: 'flat' }),
      [
        { pointer: '/change/override/priceQuantity', code: 'DECIMAL_OUT_OF_RANGE' },
        { pointer: '/change/override/price', code: 'DECIMAL_OUT_OF_RANGE' },
      ],
    ],
    [
      'tiers that do not ascend',
      () =>
        price({ model: 'graduated', tiers: [{ upTo: '5', price: '1' }, { upTo: '5', price: '1' }, { price: '1' }] }),
      [{ pointer: '/change/override/tiers/1/upTo', code: 'INVALID_TIERS' }],
    ],
    [
      'a discount of more than everything',
      () => override({ kind: 'discount', discountPercent: '100.0001' }),
      [{ pointer: '/change/override/discountPercent', code: 'DECIMAL_OUT_OF_RANGE' }],
    ],
    [
      'a discount that cannot be kept',
      () => override({ kind: 'discount', discountPercent: '0.00001' }),
      [{ pointer: '/change/override/discountPercent', code: 'INVALID_DECIMAL' }],
    ],
  ])('is refused with %s, and says where', async (_, wanted, errors) => {
    const before = await send('GET', '/v1/price-changes');
    const { status, body } = await change(wanted());
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.errors).toMatchObject(errors);
    expect(await send('GET', '/v1/price-changes')).toEqual(before);
  });

  it('is refused without a reason, unless it is a dry run', async () => {
    const missing = await send('POST', '/v1/price-changes', { change: rate() });
    expect(missing.body.errors).toMatchObject([{ pointer: '/reason', code: 'MISSING_FIELD' }]);
    expect((await send('POST', '/v1/price-changes', { change: rate(), dryRun: true })).status).toBe(200);
    expect((await change(rate(), { reason: '  ' })).body.errors).toMatchObject([
      { pointer: '/reason', code: 'INVALID_TEXT' },
    ]);
  });

  it.each<[string, number, () => object]>([
    ['UNKNOWN_REFERENCE', 400, () => rate({ meter: 'coffee' })],
    ['NOT_FOUND', 404, () => ({ kind: 'withdraw_override', overrideId: NOBODY })],
    ['INVALID_VALIDITY', 400, () => override({ kind: 'card', rateCardId: cardId }, { validTo: FUTURE })],
    ['OVERLAPPING_VALIDITY', 409, () => override({ kind: 'discount', discountPercent: '1' })],
  ])('is refused as %s, tried or not', async (code, status, wanted) => {
    for (const more of [{ dryRun: true }, {}])
      expect(await change(wanted(), more)).toMatchObject({ status, body: { code } });
  });
});
