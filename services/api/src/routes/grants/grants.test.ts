import { schema } from '@hopsmeter/db';
import { type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let api: TestApi;
let owner = '';
let ownerCount = 0;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());
beforeEach(async () => {
  owner = `auth0|${++ownerCount}`;
  await api.tables.insert(schema.users).values([{ id: owner }]);
});

async function post(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const grantsOf = (id: string) => `/v1/accounts/${encodeURIComponent(id)}/grants`;
const GRANT = { amount: '250.00', validFrom: '2026-11-01', expiresOn: '2027-11-01', reason: 'paid ahead' };

describe('POST /v1/accounts/{id}/grants', () => {
  it('grants once under a reference: 201, then 200 with the same grant', async () => {
    const body = { ...GRANT, reference: 'invoice-7' };
    const first = await post(grantsOf(owner), body);
    expect(first).toEqual({
      status: 201,
      body: {
        id: expect.any(String),
        accountOwnerId: owner,
        reference: 'invoice-7',
        status: 'valid',
        amount: '250.00',
        drawn: '0.00',
        validFrom: '2026-11-01',
        expiresOn: '2027-11-01',
        reason: 'paid ahead',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        revokedAt: null,
        revokeReason: null,
        carriedFrom: null,
        draws: [],
      },
    });
    expect(await post(grantsOf(owner), body)).toEqual({ ...first, status: 200 });
    expect(await post(grantsOf(owner), { ...body, amount: '250.01' })).toMatchObject({
      status: 409,
      body: { code: 'GRANT_EXISTS' },
    });
    const audit = await api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.entityId, first.body.id));
    expect(audit).toMatchObject([{ action: 'grant_credit', actorId: 'service-role', reason: 'paid ahead' }]);
  });

  it.each([
    [{ amount: '0' }, '/amount', 'INVALID_TEXT'],
    [{ amount: '-5' }, '/amount', 'INVALID_TEXT'],
    [{ amount: 'NaN' }, '/amount', 'INVALID_TEXT'],
    [{ amount: '1e3' }, '/amount', 'INVALID_TEXT'],
    [{ amount: '1.005' }, '/amount', 'INVALID_TEXT'],
    [{ amount: '123456789.00' }, '/amount', 'INVALID_TEXT'],
    [{ amount: 250 }, '/amount', 'WRONG_TYPE'],
    [{ amount: undefined }, '/amount', 'MISSING_FIELD'],
    [{ validFrom: '2026-02-30' }, '/validFrom', 'INVALID_TIME'],
    [{ expiresOn: '2026-11-01' }, '/expiresOn', 'INVALID_TIME'],
    [{ expiresOn: '2026-10-31' }, '/expiresOn', 'INVALID_TIME'],
    [{ reason: ' ' }, '/reason', 'INVALID_TEXT'],
    [{ reference: '' }, '/reference', 'INVALID_TEXT'],
    [{ currency: 'EUR' }, '/currency', 'UNKNOWN_FIELD'],
  ])('refuses %j', async (change, pointer, code) => {
    expect(await post(grantsOf(owner), { ...GRANT, ...change })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ pointer, code }] },
    });
    expect((await api.get(grantsOf(owner))).body.grants).toEqual([]);
  });

  it('takes the smallest and the largest amount, and a grant without an end', async () => {
    for (const amount of ['0.01', '99999999.99', '5', '5.5'])
      expect((await post(grantsOf(owner), { ...GRANT, amount, expiresOn: null })).status).toBe(201);
    const { balance } = (await api.get(grantsOf(owner))).body;
    expect(balance).toEqual({
      granted: '100000010.50',
      drawn: '0.00',
      expired: '0.00',
      revoked: '0.00',
      left: '100000010.50',
    });
  });

  it('does not take the reference of a revoked grant again, and says so', async () => {
    const body = { ...GRANT, reference: 'invoice-8' };
    const { body: grant } = await post(grantsOf(owner), body);
    await post(`${grantsOf(owner)}/${grant.id}/revoke`, { reason: 'mistaken' });
    expect(await post(grantsOf(owner), body)).toMatchObject({ status: 409, body: { code: 'GRANT_REVOKED' } });
    expect((await post(grantsOf(owner), { ...body, reference: 'invoice-8b' })).status).toBe(201);
    expect((await api.get(grantsOf(owner))).body.balance).toMatchObject({ revoked: '250.00', left: '250.00' });
  });

  it('is for accounts only', async () => {
    expect(await post(grantsOf('auth0|nobody'), GRANT)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await api.get(grantsOf('auth0|nobody'))).status).toBe(404);
  });
});

describe('GET /v1/accounts/{id}/grants', () => {
  it('tells what is left, expired and revoked today, in UTC', async () => {
    await post(grantsOf(owner), { ...GRANT, amount: '1', expiresOn: '2026-11-22' });
    await post(grantsOf(owner), { ...GRANT, amount: '2', expiresOn: '2026-11-23' });
    await post(grantsOf(owner), { ...GRANT, amount: '4', validFrom: '2026-11-23' });
    const { body: mistake } = await post(grantsOf(owner), { ...GRANT, amount: '8', expiresOn: null });
    const revoked = await post(`${grantsOf(owner)}/${mistake.id}/revoke`, { reason: 'mistaken' });
    expect(revoked).toMatchObject({ status: 200, body: { status: 'revoked', revokeReason: 'mistaken' } });
    expect(await post(`${grantsOf(owner)}/${mistake.id}/revoke`, { reason: 'again' })).toEqual(revoked);
    const { body } = await api.get(grantsOf(owner));
    expect(body).toMatchObject({
      accountOwnerId: owner,
      today: '2026-11-22',
      currency: 'USD',
      balance: { granted: '15.00', drawn: '0.00', expired: '1.00', revoked: '8.00', left: '6.00' },
    });
    expect(body.grants.map(({ amount, status }: Json) => [amount, status])).toEqual([
      ['1.00', 'expired'],
      ['2.00', 'valid'],
      ['4.00', 'scheduled'],
      ['8.00', 'revoked'],
    ]);
  });

  it("does not revoke another account's grant", async () => {
    const { body: grant } = await post(grantsOf(owner), GRANT);
    await api.tables.insert(schema.users).values([{ id: `${owner}-other` }]);
    const answer = await post(`${grantsOf(`${owner}-other`)}/${grant.id}/revoke`, { reason: 'mine' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await post(`${grantsOf(owner)}/${grant.id}/revoke`, {})).status).toBe(400);
  });
});
