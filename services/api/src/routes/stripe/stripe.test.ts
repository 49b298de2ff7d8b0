import { randomUUID } from 'node:crypto';
import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  TEST_NOW,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const CUSTOMER_PATH = `/v1/accounts/${encodeURIComponent(OWNER)}/stripe-customer`;
const ACCOUNT_PATH = `/v1/accounts/${encodeURIComponent(OWNER)}/stripe`;

let api: TestApi;
let sequence = 0n;

beforeAll(async () => {
  api = await startTestApi();
  await api.tables.insert(schema.users).values([{ id: OWNER }, { id: 'auth0|other' }]);
  await api.tables.insert(schema.users).values([{ id: 'auth0|member', accountOwnerId: OWNER }]);
  const cluster = await addCluster(api.tables, 'east');
  await addUsage(api.tables, [
    { day: '2026-10-31', owner: OWNER, cluster, quantity: '7' },
    { day: '2026-11-02', owner: OWNER, cluster, quantity: '1.5004' },
    { day: '2026-11-03', owner: OWNER, cluster, quantity: '2', meter: 'gpu_hours' },
  ]);
});
afterAll(() => api?.close());
beforeEach(async () => {
  await api.tables.delete(schema.stripeRemittances);
  await api.tables.delete(schema.stripeCustomers);
});

async function send(
  method: 'PUT' | 'DELETE' | 'POST',
  url: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** Writes a remittance as the worker leaves one. */
async function addRemittance(changes: Partial<typeof schema.stripeRemittances.$inferInsert> = {}): Promise<string> {
  const status = changes.status ?? 'sent';
  const [row] = await api.tables
    .insert(schema.stripeRemittances)
    .values({
      accountOwnerId: OWNER,
      stripeCustomerId: 'cus_1',
      meter: 'cpu_hours',
      eventName: 'hopsmeter_cpu_hours',
      month: '2026-11-01',
      sequence: ++sequence,
      value: 1_000n,
      cumulativeAfter: 1_000n,
      usageTotal: '1.5004',
      stampedAt: TEST_NOW,
      status,
      nextAttemptAt: status === 'pending' ? TEST_NOW : null,
      createdAt: TEST_NOW,
      sentAt: status === 'sent' ? TEST_NOW : null,
      ...changes,
    })
    .returning({ id: schema.stripeRemittances.id });
  return row?.id ?? '';
}

const link = (stripeCustomerId: string, from: string) => send('PUT', CUSTOMER_PATH, { stripeCustomerId, from });

describe('PUT and DELETE /v1/accounts/{id}/stripe-customer', () => {
  it('begin and end that a customer pays, and write who wanted it', async () => {
    const period = { stripeCustomerId: 'cus_1', from: '2026-11-01', to: null };
    expect(await link('cus_1', '2026-11-01')).toEqual({ status: 200, body: period });
    expect(await link('cus_1', '2026-11-01')).toEqual({ status: 200, body: period });
    expect((await send('DELETE', CUSTOMER_PATH)).body).toEqual({ ended: [period] });
    expect((await api.get(ACCOUNT_PATH)).body.customers).toEqual([{ ...period, to: '2026-11-23' }]);
    expect(await send('DELETE', CUSTOMER_PATH)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const entries = await api.tables
      .select()
      .from(schema.auditLog)
      .where(eq(schema.auditLog.entity, 'stripe_customers'));
    expect(entries.map(({ action, entityId }) => [action, entityId])).toEqual([
      ['set_stripe_customer', OWNER],
      ['end_stripe_customer', OWNER],
    ]);
  });

  it('replace the customer from a day on', async () => {
    await link('cus_1', '2026-11-01');
    await link('cus_2', '2026-11-10');
    expect((await api.get(ACCOUNT_PATH)).body.customers).toEqual([
      { stripeCustomerId: 'cus_1', from: '2026-11-01', to: '2026-11-10' },
      { stripeCustomerId: 'cus_2', from: '2026-11-10', to: null },
    ]);
    await link('cus_2', '2026-10-01');
    expect((await api.get(ACCOUNT_PATH)).body.customers).toMatchObject([
      { stripeCustomerId: 'cus_2', from: '2026-10-01' },
    ]);
  });

  it('leave days alone whose usage may be at Stripe', async () => {
    await link('cus_1', '2026-11-01');
    await addRemittance();
    const refused = { status: 409, body: { code: 'STRIPE_USAGE_SENT' } };
    expect(await link('cus_2', '2026-11-22')).toMatchObject(refused);
    expect(await send('DELETE', `${CUSTOMER_PATH}?to=2026-11-22`)).toMatchObject(refused);
    expect((await send('DELETE', `${CUSTOMER_PATH}?to=2026-11-23`)).status).toBe(200);
  });

  it('know one account for a customer, and owners only', async () => {
    await link('cus_1', '2026-11-01');
    const body = { stripeCustomerId: 'cus_1', from: '2026-11-01' };
    expect(await send('PUT', '/v1/accounts/auth0%7Cother/stripe-customer', body)).toMatchObject({
      status: 409,
      body: { code: 'STRIPE_CUSTOMER_TAKEN' },
    });
    expect(await send('PUT', '/v1/accounts/auth0%7Cmember/stripe-customer', body)).toMatchObject({
      status: 409,
      body: { code: 'TWO_LEVELS' },
    });
    expect((await send('PUT', '/v1/accounts/nobody/stripe-customer', body)).status).toBe(400);
  });

  it.each([
    [{ from: '2026-11-01' }, '/stripeCustomerId'],
    [{ stripeCustomerId: 'cus_', from: '2026-11-01' }, '/stripeCustomerId'],
    [{ stripeCustomerId: 'sub_1', from: '2026-11-01' }, '/stripeCustomerId'],
    [{ stripeCustomerId: 'cus_1', from: '2026-02-30' }, '/from'],
    [{ stripeCustomerId: 'cus_1' }, '/from'],
    [{ stripeCustomerId: 'cus_1', from: '2026-11-01', to: null }, '/to'],
  ])('refuse %j', async (body, pointer) => {
    expect(await send('PUT', CUSTOMER_PATH, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await send('DELETE', `${CUSTOMER_PATH}?to=soon`)).status).toBe(400);
  });
});

describe('GET /v1/accounts/{id}/stripe', () => {
  it('shows what was used, sent and left over by month and meter', async () => {
    await link('cus_1', '2026-11-01');
    await addRemittance();
    const { body } = await api.get(ACCOUNT_PATH);
    expect(body).toMatchObject({ accountOwnerId: OWNER });
    expect(body.months).toEqual([
      {
        month: '2026-11',
        stripeCustomerId: 'cus_1',
        meter: 'cpu_hours',
        quantity: '1.500400000000',
        carriedIn: '0.000000000000',
        sent: '1.000000000000',
        remainder: '0.500400000000',
        state: 'waiting',
      },
      expect.objectContaining({
        meter: 'gpu_hours',
        quantity: '2.000000000000',
        sent: '0.000000000000',
        state: 'waiting',
      }),
    ]);
  });

  it('carries into the next month, and names what is open', async () => {
    await link('cus_1', '2026-10-01');
    await addRemittance({ month: '2026-10-01', value: 6_999n, cumulativeAfter: 6_999n, usageTotal: '7' });
    await addRemittance({ status: 'uncertain', value: 1_501n, cumulativeAfter: 8_500n, usageTotal: '8.5004' });
    const { months } = (await api.get(ACCOUNT_PATH)).body;
    expect(months.filter(({ meter }: Json) => meter === 'cpu_hours')).toMatchObject([
      { month: '2026-10', remainder: '0.001000000000', state: 'sent' },
      {
        month: '2026-11',
        carriedIn: '0.001000000000',
        sent: '0.000000000000',
        remainder: '1.501400000000',
        state: 'uncertain',
      },
    ]);
  });

  it('knows no account that is not there', async () => {
    expect((await api.get('/v1/accounts/nobody/stripe')).status).toBe(404);
    expect((await api.get('/v1/accounts/auth0%7Cother/stripe')).body).toMatchObject({ customers: [], months: [] });
  });
});

describe('GET /v1/stripe/remittances', () => {
  it('is read page by page, the newest first, with filters', async () => {
    const ids = [];
    for (let minute = 1; minute <= 3; minute++)
      ids.unshift(await addRemittance({ createdAt: `2026-11-22T14:0${minute}:00Z` }));
    const rejected = await addRemittance({
      status: 'rejected',
      lastError: 'no such customer',
      createdAt: '2026-11-01T00:00:00Z',
    });
    const seen: string[] = [];
    for (let query: string | undefined = '?limit=2'; query !== undefined; ) {
      const page: Json = (await api.get(`/v1/stripe/remittances${query}`)).body;
      seen.push(...page.remittances.map(({ id }: Json) => id));
      query = page.nextCursor === undefined ? undefined : `?limit=2&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([...ids, rejected]);
    expect((await api.get('/v1/stripe/remittances?status=rejected')).body.remittances).toMatchObject([
      {
        id: rejected,
        identifier: `hopsmeter-${rejected}`,
        value: '1000',
        lastError: 'no such customer',
        month: '2026-11',
      },
    ]);
    expect((await api.get('/v1/stripe/remittances?accountOwnerId=auth0%7Cother')).body.remittances).toEqual([]);
    expect((await api.get('/v1/stripe/remittances?status=lost')).status).toBe(400);
  });
});

describe('POST /v1/stripe/remittances/{id}/resolve', () => {
  const resolve = (id: string, outcome: string, reason: string | undefined = 'looked at Stripe') =>
    send('POST', `/v1/stripe/remittances/${id}/resolve`, { outcome, reason });

  it.each(['uncertain', 'rejected', 'too_old'])(
    'decides about one that is %s, once, with the reason',
    async (status) => {
      for (const outcome of ['sent', 'not_sent']) {
        const id = await addRemittance({ status });
        expect(await resolve(id, outcome)).toMatchObject({
          status: 200,
          body: { id, status: outcome, resolvedBy: 'service-role', resolution: 'looked at Stripe' },
        });
        const audit = await api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.entityId, id));
        expect(audit).toMatchObject([{ action: 'resolve_remittance', before: { status }, after: { status: outcome } }]);
        expect(await resolve(id, 'sent')).toMatchObject({ status: 409, body: { code: 'REMITTANCE_NOT_OPEN' } });
        await api.tables.delete(schema.stripeRemittances);
      }
    },
  );

  it('finds that Stripe did not count what it took, and touches nothing that is on its way', async () => {
    const sent = await addRemittance();
    expect((await resolve(sent, 'not_sent')).body).toMatchObject({ status: 'not_sent' });
    const pending = await addRemittance({ status: 'pending' });
    for (const outcome of ['sent', 'not_sent'])
      expect(await resolve(pending, outcome)).toMatchObject({
        status: 409,
        body: { detail: 'the remittance is pending' },
      });
    expect((await resolve(randomUUID(), 'sent')).status).toBe(404);
    expect((await resolve(pending, 'lost')).status).toBe(400);
    expect((await send('POST', `/v1/stripe/remittances/${pending}/resolve`, { outcome: 'sent' })).status).toBe(400);
  });
});
