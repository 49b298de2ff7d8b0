import { randomUUID } from 'node:crypto';
import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const MEMBER = 'auth0|member';
const OTHER = 'auth0|other';
const TOO_LARGE = 'auth0|too-large';

let api: TestApi;
let cluster: string;

beforeAll(async () => {
  api = await startTestApi({ statementIssuer: ISSUER });
  cluster = await addCluster(api.tables, 'east');
  await api.tables
    .insert(schema.users)
    .values([
      { id: OWNER, name: 'Ada Lovelace', billingAddress: 'Engines Ltd\nLondon' },
      { id: OTHER },
      { id: TOO_LARGE },
    ]);
  await api.tables.insert(schema.users).values([{ id: MEMBER, accountOwnerId: OWNER }]);
  await addUsage(api.tables, [
    { day: '2025-09-10', owner: OWNER, cluster, quantity: '1.5' },
    { day: '2025-09-11', owner: OWNER, user: MEMBER, cluster, quantity: '2' },
    { day: '2025-10-11', owner: OWNER, cluster, quantity: '1' },
    { day: '2025-09-11', owner: OTHER, cluster, quantity: '1' },
    { day: '2025-09-11', owner: TOO_LARGE, cluster, quantity: '1000000000' },
  ]);
});
afterAll(() => api?.close());

async function close(body: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/v1/statements/close',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const statementOf = (account: string, month: string) =>
  api.get(`/v1/statements/${encodeURIComponent(account)}/${month}`);
const listOf = (account: string, query = '') =>
  api.get(`/v1/accounts/${encodeURIComponent(account)}/statements${query}`);

const LINES = [
  {
    position: 1,
    kind: 'usage',
    usageMonth: '2025-09',
    meter: 'cpu_hours',
    user: MEMBER,
    labels: {},
    quantity: '2.000000000000',
    unitPrices: [{ price: '0.350000000000', priceQuantity: '1.000000000000', quantity: '2.000000000000' }],
    amount: '0.70',
    amountExact: '0.700000000000',
    credits: '2.0000',
    original: null,
  },
  {
    position: 2,
    kind: 'usage',
    usageMonth: '2025-09',
    meter: 'cpu_hours',
    user: OWNER,
    labels: { user: 'Ada Lovelace' },
    quantity: '1.500000000000',
    unitPrices: [{ price: '0.350000000000', priceQuantity: '1.000000000000', quantity: '1.500000000000' }],
    amount: '0.53',
    amountExact: '0.525000000000',
    credits: '1.5000',
    original: null,
  },
];
const ISSUER = 'Example Cloud AB\nStockholm';
const PARTIES = {
  issuer: ISSUER,
  customer: { name: 'Ada Lovelace', email: null, billingAddress: 'Engines Ltd\nLondon' },
};
const TOTALS = {
  total: '1.23',
  totalExact: '1.225000000000',
  imported: '0.00',
  prepaid: '0.00',
  amountDue: '1.23',
  credits: '3.5000',
  creditUsd: '0.350000000000',
};

describe('a statement', () => {
  it('is a draft first, and final, in the same words for ever, once the month is closed', async () => {
    const draft = { status: 'draft', number: null, closedAt: null };
    expect(await statementOf(OWNER, '2025-09')).toEqual({
      status: 200,
      body: { accountOwnerId: OWNER, month: '2025-09', currency: 'USD', ...draft, ...PARTIES, ...TOTALS, lines: LINES },
    });
    expect((await listOf(OWNER)).body).toEqual({
      accountOwnerId: OWNER,
      currency: 'USD',
      statements: [{ month: '2025-09', ...draft, ...TOTALS }],
    });

    const tried = await close({ month: '2025-09', accountOwnerIds: [OWNER], dryRun: true });
    const { credits: _, creditUsd: __, ...amounts } = TOTALS;
    expect(tried).toEqual({
      status: 200,
      body: {
        dryRun: true,
        month: '2025-09',
        currency: 'USD',
        closed: [{ accountOwnerId: OWNER, number: null, isNew: true, ...amounts, waiting: null }],
        refused: [],
        next: null,
      },
    });
    expect((await statementOf(OWNER, '2025-09')).body.status).toBe('draft');

    const { body: closed } = await close({ month: '2025-09', accountOwnerIds: [OWNER] });
    expect(closed.closed).toEqual([{ accountOwnerId: OWNER, number: 1, isNew: true, ...amounts, waiting: null }]);
    const read = async () =>
      (
        await api.app.inject({
          url: `/v1/statements/${encodeURIComponent(OWNER)}/2025-09`,
          headers: { authorization: `Bearer ${TEST_KEY}` },
        })
      ).body;
    const first = await read();
    expect(JSON.parse(first)).toEqual({
      accountOwnerId: OWNER,
      month: '2025-09',
      currency: 'USD',
      status: 'final',
      number: 1,
      closedAt: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
      ...PARTIES,
      ...TOTALS,
      lines: LINES,
    });
    await api.tables
      .update(schema.users)
      .set({ name: 'Somebody Else', billingAddress: null })
      .where(eq(schema.users.id, OWNER));
    await addUsage(api.tables, [{ day: '2025-11-11', owner: OWNER, cluster, quantity: '7' }]);
    const again = await close({ month: '2025-09', accountOwnerIds: [OWNER] });
    expect(again.body.closed).toEqual([{ accountOwnerId: OWNER, number: 1, isNew: false, ...amounts, waiting: null }]);
    expect(await read()).toBe(first);
  });

  it('names the statement that its adjustments are of', async () => {
    const [rate] = await api.tables.select().from(schema.rates).where(eq(schema.rates.meter, 'cpu_hours'));
    await api.tables.insert(schema.usageDaily).values({
      usageDate: '2025-09-20',
      bookedOn: '2025-10-01',
      accountOwnerId: OWNER,
      userId: MEMBER,
      hopsworksClusterId: cluster,
      meter: 'cpu_hours',
      quantity: '-2',
      priceAdjustment: '-0.1',
      rateId: rate?.id ?? null,
      price: '0.35',
      priceQuantity: '1',
      eventCount: -1n,
      firstEventAt: '2025-09-20T00:00:00Z',
      lastEventAt: '2025-09-20T00:00:00Z',
    });
    const original = { account: OWNER, month: '2025-09', number: 1 };
    const { body } = await statementOf(OWNER, '2025-10');
    expect(body).toMatchObject({ status: 'draft', total: '-0.45', amountDue: '0.00', prepaid: '-0.45' });
    expect(body.lines).toMatchObject([
      { kind: 'usage', amount: '0.35', original: null },
      { kind: 'late_usage', usageMonth: '2025-09', quantity: '-2.000000000000', amount: '-0.70', original },
      { kind: 're_rating', usageMonth: '2025-09', quantity: null, amount: '-0.10', original },
    ]);
  });

  it('is in the list, the newest first, page by page', async () => {
    expect((await close({ month: '2025-10', accountOwnerIds: [OWNER] })).status).toBe(200);
    const { body: page } = await listOf(OWNER, '?limit=1');
    expect(page.statements.map(({ month, status, total }: Json) => [month, status, total])).toEqual([
      ['2025-11', 'draft', '2.45'],
      ['2025-10', 'final', '-0.45'],
    ]);
    const { body: last } = await listOf(OWNER, `?limit=1&cursor=${page.nextCursor}`);
    expect(last.statements.map(({ month, number }: Json) => [month, number])).toEqual([['2025-09', 1]]);
    expect(last.nextCursor).toBeUndefined();
  });

  it('is not there for unknown accounts and months that were passed over', async () => {
    await close({ month: '2025-12', accountOwnerIds: [MEMBER] });
    for (const [account, month] of [
      ['auth0|nobody', '2025-09'],
      [MEMBER, '2025-09'],
      [OWNER, '2025-08'],
    ] as const)
      expect(await statementOf(account, month)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await listOf('auth0|nobody')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it.each(['2025-13', '2025-9', '1999-01', '2025-09-01', 'x'])('is refused for the month %s', async (month) => {
    expect(await statementOf(OWNER, month)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'month', code: 'INVALID_MONTH' }] },
    });
  });

  it.each(['?limit=0', '?cursor=x', '?month=2025-09'])('is not listed with %s', async (query) => {
    expect((await listOf(OWNER, query)).status).toBe(400);
  });
});

describe('closing', () => {
  it.each([
    [{ month: '2025-10', accountOwnerIds: [OTHER] }, 409, 'EARLIER_MONTH_OPEN'],
    [{ month: '2025-08', accountOwnerIds: [OWNER] }, 409, 'MONTH_CLOSED'],
    [{ month: '2125-09', accountOwnerIds: [OTHER] }, 409, 'MONTH_NOT_ENDED'],
    [{ month: '2125-09' }, 409, 'MONTH_NOT_ENDED'],
    [{ month: '2025-09', accountOwnerIds: [TOO_LARGE] }, 409, 'AMOUNT_TOO_LARGE'],
    [{ month: '2025-09', accountOwnerIds: [OTHER, 'auth0|nobody'] }, 400, 'UNKNOWN_REFERENCE'],
    [{ month: '2025-09', accountOwnerIds: [MEMBER] }, 400, 'UNKNOWN_REFERENCE'],
  ])('refuses %j', async (body, status, code) => {
    const before = (await api.tables.select().from(schema.statements)).length;
    expect(await close(body)).toMatchObject({ status, body: { code } });
    expect((await api.tables.select().from(schema.statements)).length).toBe(before);
  });

  it.each([
    [{}, '/month', 'MISSING_FIELD'],
    [{ month: 202_509 }, '/month', 'WRONG_TYPE'],
    [{ month: '2025-13' }, '/month', 'INVALID_TIME'],
    [{ month: '2025-09', accountOwnerIds: [] }, '/accountOwnerIds', 'WRONG_TYPE'],
    [{ month: '2025-09', accountOwnerIds: ['a\n'] }, '/accountOwnerIds/0', 'INVALID_TEXT'],
    [{ month: '2025-09', reopen: true }, '/reopen', 'UNKNOWN_FIELD'],
    [{ month: '2025-09', acceptWaiting: true }, '/reason', 'MISSING_FIELD'],
    [{ month: '2025-09', acceptWaiting: true, reason: ' ' }, '/reason', 'INVALID_TEXT'],
  ])('refuses the form of %j', async (body, pointer, code) => {
    expect(await close(body)).toMatchObject({ status: 400, body: { errors: [{ pointer, code }] } });
  });

  it('closes all accounts that it can, and says why others stay open', async () => {
    const { body } = await close({ month: '2025-09' });
    expect(body.closed.map(({ accountOwnerId, total }: Json) => [accountOwnerId, total])).toEqual([[OTHER, '0.35']]);
    expect(body.refused).toEqual([
      {
        accountOwnerId: TOO_LARGE,
        code: 'AMOUNT_TOO_LARGE',
        detail: expect.stringContaining('350000000'),
        waiting: null,
      },
    ]);
    expect(body.next).toBeNull();
    expect((await close({ month: '2025-09', after: TOO_LARGE })).body).toMatchObject({ closed: [], refused: [] });
  });

  it('says what waits, and goes on when that is accepted with a reason', async () => {
    await addUsage(api.tables, [{ day: '2025-10-11', owner: OTHER, cluster, quantity: '1' }]);
    await api.tables.insert(schema.parkedEvents).values({
      eventKey: randomUUID(),
      contentHash: 1n,
      usageBatchId: randomUUID(),
      position: 0,
      hopsworksClusterId: cluster,
      sourcePath: '',
      eventId: 'late',
      reason: 'implausible',
      detail: 'for a test',
      event: { type: 'meter', subject: OTHER, start: '2025-10-12T00:00:00Z', end: '2025-10-12T01:00:00Z' },
    });
    const body = { month: '2025-10', accountOwnerIds: [OTHER] };
    const detail = `${OTHER}: 1 parked event (implausible)`;
    const waiting = { parked: [{ reason: 'implausible', events: 1, isOwn: true }], missingHours: [], differences: 0 };
    expect(await close(body)).toMatchObject({ status: 409, body: { code: 'USAGE_WAITING', detail } });
    expect((await close({ ...body, dryRun: true })).body).toMatchObject({
      closed: [],
      refused: [{ accountOwnerId: OTHER, code: 'USAGE_WAITING', detail, waiting }],
    });
    const done = await close({ ...body, acceptWaiting: true, reason: 'it is billed in November' });
    expect(done.body.closed).toMatchObject([{ accountOwnerId: OTHER, isNew: true, waiting }]);
    const audit = await api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.action, 'close_month'));
    expect(audit.at(-1)).toMatchObject({ reason: 'it is billed in November', after: { waiting } });
  });

  it('cannot be taken back', async () => {
    for (const method of ['DELETE', 'PATCH', 'PUT', 'POST'] as const) {
      const answer = await api.app.inject({
        method,
        url: `/v1/statements/${encodeURIComponent(OWNER)}/2025-09`,
        headers: { authorization: `Bearer ${TEST_KEY}` },
      });
      expect([404, 405]).toContain(answer.statusCode);
    }
  });
});
