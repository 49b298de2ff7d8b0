import { createHmac } from 'node:crypto';
import { type Pool, schema, settleDelivery, takeDeliveries, watchSpending } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  createTestApp,
  type Json,
  startTestApi,
  TEST_KEY,
  TEST_NOW,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { parseTime } from '@hopsmeter/usage';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const SIGNING_KEY = 'a-signing-key-of-the-tests-0123456789';

let api: TestApi;
let pool: Pool;
let clusterId: string;
let owner = '';
let ownerCount = 0;

beforeAll(async () => {
  api = await startTestApi({ webhooks: { signingKey: SIGNING_KEY, isPrivateAllowed: false } });
  pool = api.tables.$client;
  clusterId = await addCluster(api.tables, 'east');
});
afterAll(() => api?.close());
beforeEach(async () => {
  owner = `auth0|${++ownerCount}`;
  await api.tables.insert(schema.users).values([{ id: owner }]);
  await api.tables.insert(schema.users).values([{ id: `${owner}-member`, accountOwnerId: owner }]);
});

async function call(method: 'POST' | 'PUT' | 'DELETE', url: string, body?: object, app = api.app) {
  const options: InjectOptions = { method, url, headers: { authorization: `Bearer ${TEST_KEY}` } };
  const answer = await app.inject(body === undefined ? options : { ...options, payload: body });
  const json: Json = answer.json();
  return { status: answer.statusCode, body: json };
}

const capOf = (id: string) => `/v1/accounts/${encodeURIComponent(id)}/cap`;
const watch = () => watchSpending(pool, { now: parseTime(TEST_NOW) ?? 0, periodMs: 0, limit: 1_000 });

/** Usage that costs 35.00: of the owner and of the member. */
const useSome = () =>
  addUsage(
    api.tables,
    [owner, `${owner}-member`].map((user) => ({
      day: '2026-11-03',
      owner,
      user,
      cluster: clusterId,
      quantity: '50',
    })),
  );

describe('the cap of an account', () => {
  it('is set, read with what all members have spent of it, and taken away', async () => {
    await useSome();
    const set = await call('PUT', capOf(owner), { amount: '42' });
    expect(set).toEqual({
      status: 200,
      body: {
        accountOwnerId: owner,
        month: '2026-11',
        currency: 'USD',
        cap: '42.00',
        setAt: expect.stringMatching(/^\d{4}-.*Z$/),
        spent: '35.00',
        spentExact: '35.000000000000',
        percent: '83.33',
        alerts: [],
      },
    });
    expect(await call('PUT', capOf(owner), { amount: '42.00' })).toEqual(set);
    await watch();
    const { body } = await api.get(capOf(owner));
    expect(body.alerts).toEqual([
      {
        id: expect.any(String),
        accountOwnerId: owner,
        month: '2026-11',
        threshold: 80,
        cap: '42.00',
        spent: '35.00',
        spentExact: '35.000000000000',
        raisedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        deliveries: { pending: 0, delivered: 0, dead: 0 },
      },
    ]);
    expect(await call('DELETE', capOf(owner))).toEqual({ status: 200, body: { removed: true } });
    expect(await call('DELETE', capOf(owner))).toEqual({ status: 200, body: { removed: false } });
    const none = { cap: null, setAt: null, spent: null, spentExact: null, percent: null, alerts: [] };
    expect(await api.get(capOf(owner))).toMatchObject({ status: 200, body: none });
    expect(await api.get(capOf('nobody'))).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const audit = await api.tables.select().from(schema.auditLog);
    expect(audit.filter(({ entityId }) => entityId === owner).map(({ action, after }) => [action, after])).toEqual([
      ['set_spending_cap', { amount: '42' }],
      ['remove_spending_cap', null],
    ]);
  });

  it.each(['0', '-1', 'NaN', '1.001', 42, null])('is not set to %j', async (amount) => {
    expect(await call('PUT', capOf(owner), { amount })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/amount' }] },
    });
    expect((await api.get(capOf(owner))).body).toMatchObject({ cap: null });
  });

  it('is not set for somebody who is no account', async () => {
    for (const id of ['auth0|nobody', `${owner}-member`])
      expect(await call('PUT', capOf(id), { amount: '1' })).toMatchObject({ status: 404 });
  });
});

describe('webhooks', () => {
  const create = (body: object, app = api.app) => call('POST', '/v1/webhooks', body, app);

  it('are created with a secret that is nowhere in the database, once for an address and account', async () => {
    const url = `https://hooks.example.com/${ownerCount}`;
    const first = await create({ url, accountOwnerId: owner });
    expect(first).toMatchObject({ status: 201, body: { webhook: { url, accountOwnerId: owner, disabledAt: null } } });
    const { webhook, secret } = first.body;
    const derived = createHmac('sha256', SIGNING_KEY).update(`hopsmeter webhook ${webhook.id}`).digest('base64');
    expect(secret).toBe(`whsec_${derived}`);
    expect(await create({ url, accountOwnerId: owner })).toEqual({ ...first, status: 200 });
    const forAll = await create({ url });
    expect(forAll).toMatchObject({ status: 201, body: { webhook: { accountOwnerId: null } } });
    expect(forAll.body.secret).not.toBe(secret);
    const everything = [
      await api.tables.select().from(schema.webhookEndpoints),
      await api.tables.select().from(schema.auditLog),
      (await api.get('/v1/webhooks')).body,
    ];
    expect(JSON.stringify(everything)).not.toContain(derived);
    expect(api.log.join('')).not.toContain(derived);
    expect(await call('DELETE', `/v1/webhooks/${webhook.id}`)).toMatchObject({
      body: { disabledAt: expect.any(String) },
    });
    const again = await create({ url, accountOwnerId: owner });
    expect(again.status).toBe(201);
    expect(again.body.webhook.id).not.toBe(webhook.id);
    await call('DELETE', `/v1/webhooks/${forAll.body.webhook.id}`);
  });

  it.each([
    'http://hooks.example.com/',
    'https://127.0.0.1/',
    'https://0x7f000001/',
    'https://[::1]/',
    'https://localhost/',
    'https://user:password@hooks.example.com/',
    'https://hooks.example.com:25/',
    'not a url',
    '',
  ])('are not created for %s', async (url) => {
    expect(await create({ url })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/url', code: 'INVALID_TEXT', detail: expect.stringContaining('expected') }] },
    });
  });

  it('are not created for an account that there is not', async () => {
    const body = { url: 'https://hooks.example.com/', accountOwnerId: 'auth0|nobody' };
    expect(await create(body)).toMatchObject({ status: 400, body: { code: 'UNKNOWN_REFERENCE' } });
  });

  it('are not created while they are not configured, and the answer says what is missing', async () => {
    const app = await createTestApp(pool);
    expect(await create({ url: 'https://hooks.example.com/off' }, app)).toMatchObject({
      status: 409,
      body: { code: 'WEBHOOKS_OFF', detail: expect.stringContaining('WEBHOOK_SIGNING_KEY') },
    });
    await app.close();
  });

  it('show what became of each alert, and post a dead one again when somebody asks for it', async () => {
    const { webhook } = (await create({ url: `https://dead.example.com/${ownerCount}`, accountOwnerId: owner })).body;
    await useSome();
    await call('PUT', capOf(owner), { amount: '35' });
    await watch();
    const deliveriesUrl = `/v1/webhooks/${webhook.id}/deliveries`;
    const taken = await takeDeliveries(pool, { limit: 100, leaseMs: 1_000 });
    const [dead, failed, delivered] = taken.filter(({ webhookId }) => webhookId === webhook.id);
    if (dead === undefined || failed === undefined || delivered === undefined) throw new Error('expected three');
    const failure = { kind: 'failed', status: 500, error: 'answered 500' } as const;
    await settleDelivery(pool, dead, { ...failure, retryInMs: undefined });
    await settleDelivery(pool, failed, { ...failure, retryInMs: 60_000 });
    await settleDelivery(pool, delivered, { kind: 'delivered', status: 204 });

    const { alerts } = (await api.get(`/v1/alerts?accountOwnerId=${encodeURIComponent(owner)}`)).body;
    expect(alerts.map(({ threshold }: Json) => threshold).sort()).toEqual([100, 80, 90]);
    expect(alerts.map(({ id, deliveries }: Json) => [id, deliveries]).sort()).toEqual(
      [
        [dead.alertId, { pending: 0, delivered: 0, dead: 1 }],
        [failed.alertId, { pending: 1, delivered: 0, dead: 0 }],
        [delivered.alertId, { pending: 0, delivered: 1, dead: 0 }],
      ].sort(),
    );
    expect((await api.get(`${deliveriesUrl}?status=dead`)).body.deliveries).toEqual([
      {
        id: dead.id,
        alertId: dead.alertId,
        webhookId: webhook.id,
        status: 'dead',
        attempts: 1,
        createdAt: expect.any(String),
        lastAttemptAt: expect.any(String),
        nextAttemptAt: null,
        deliveredAt: null,
        deadAt: expect.any(String),
        lastStatus: 500,
        lastError: 'answered 500',
      },
    ]);
    const retry = (id: string) => call('POST', `${deliveriesUrl}/${id}/retry`);
    expect(await retry(dead.id)).toMatchObject({ status: 202, body: { status: 'pending', attempts: 0, deadAt: null } });
    expect(await retry(failed.id)).toMatchObject({ status: 202, body: { status: 'pending', attempts: 1 } });
    expect(await retry(delivered.id)).toMatchObject({ status: 409, body: { code: 'WEBHOOK_DELIVERED' } });
    expect(await retry(webhook.id)).toMatchObject({ status: 404 });
    await call('DELETE', `/v1/webhooks/${webhook.id}`);
    expect(await retry(dead.id)).toMatchObject({ status: 409, body: { code: 'WEBHOOK_DISABLED' } });
  });

  it('and their deliveries are read page by page', async () => {
    const seen: string[] = [];
    for (let query: string | undefined = '?limit=1'; query !== undefined; ) {
      const { webhooks, nextCursor }: Json = (await api.get(`/v1/webhooks${query}`)).body;
      seen.push(...webhooks.map(({ id }: Json) => id));
      query = nextCursor === undefined ? undefined : `?limit=1&cursor=${nextCursor}`;
    }
    const all = (await api.get('/v1/webhooks')).body.webhooks.map(({ id }: Json) => id);
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('GET /v1/alerts', () => {
  it('is read page by page, with filters', async () => {
    await useSome();
    await call('PUT', capOf(owner), { amount: '1' });
    await watch();
    const query = `accountOwnerId=${encodeURIComponent(owner)}&month=2026-11`;
    const all = (await api.get(`/v1/alerts?${query}`)).body.alerts.map(({ id }: Json) => id);
    expect(all).toHaveLength(3);
    const seen: string[] = [];
    for (let more: string | undefined = ''; more !== undefined; ) {
      const { alerts, nextCursor }: Json = (await api.get(`/v1/alerts?${query}&limit=1${more}`)).body;
      seen.push(...alerts.map(({ id }: Json) => id));
      more = nextCursor === undefined ? undefined : `&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(all);
    expect((await api.get(`/v1/alerts?month=2026-12`)).body.alerts).toEqual([]);
    expect((await api.get(`/v1/alerts?month=2026-13`)).status).toBe(400);
  });
});
