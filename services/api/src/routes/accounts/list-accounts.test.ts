import { ACCOUNTS_SORTS, schema } from '@hopsmeter/db';
import { addCluster, addUsage, type Json, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { parseQuantity } from '@hopsmeter/usage';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsCursor } from './accounts-cursor.ts';

let api: TestApi;

/** Twelve owners; some share a total, some have none; quantities that end in half a cent. */
const OWNERS = Array.from({ length: 12 }, (_, place) => ({
  id: `auth0|owner-${String(place).padStart(2, '0')}`,
  quantity: ['0', '1.1', '0.1', '0.1', '33.333333333333', '0.3'][place % 6] ?? '0',
}));

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  await tables.insert(schema.users).values(OWNERS.map(({ id }) => ({ id })));
  await tables
    .insert(schema.users)
    .values([
      { id: 'auth0|UPPER', name: 'Grace 100% Hopper_', email: 'grace@navy.example' },
      { id: 'auth0|member-1', name: 'Member', accountOwnerId: 'auth0|owner-01' },
      { id: 'auth0|member-2', accountOwnerId: 'auth0|owner-01' },
      { id: 'auth0|former' },
    ]);
  const cluster = await addCluster(tables, 'eu-1');
  await addUsage(
    tables,
    OWNERS.filter(({ quantity }) => quantity !== '0').flatMap(({ id: owner, quantity }) => [
      { day: '2026-11-01', owner, cluster, quantity },
      { day: '2026-11-30', owner, user: 'auth0|UPPER', cluster, quantity },
      { day: '2026-10-31', owner, cluster, quantity: '1000' },
      { day: '2026-12-01', owner, cluster, quantity: '1000' },
    ]),
  );
  await addUsage(tables, [{ day: '2026-11-01', owner: 'auth0|former', cluster, quantity: '2' }]);
  await tables.update(schema.users).set({ accountOwnerId: 'auth0|UPPER' }).where(eq(schema.users.id, 'auth0|former'));
});

afterAll(async () => {
  await api?.close();
});

const idsOf = (body: Json): string[] => body.accounts.map(({ id }: Json) => id);
const centsOf = (money: string): bigint => BigInt(money.replace('.', ''));

it('lists owners and whoever had usage billed, the largest total first, then by id', async () => {
  const { status, body } = await api.get('/v1/accounts?month=2026-11');
  expect(status).toBe(200);
  expect(body).toMatchObject({ month: '2026-11', currency: 'USD', freshness: { recordedAt: null, receivedAt: null } });
  expect(idsOf(body).slice(0, 5)).toEqual([
    'auth0|owner-04',
    'auth0|owner-10',
    'auth0|owner-01',
    'auth0|owner-07',
    'auth0|former',
  ]);
  expect(body.accounts[0]).toEqual({
    id: 'auth0|owner-04',
    name: null,
    email: null,
    memberCount: 0,
    total: '23.33',
    totalExact: '23.333333333334',
    credits: '66.6667',
    previous: { total: '350.00', totalExact: '350.000000000000' },
    samePeriod: { total: '0.00', totalExact: '0.000000000000' },
    projected: { total: '23.33' },
  });
  expect(body.accounts[2].memberCount).toBe(2);
  // Without usage: by code unit, so capitals come first.
  expect(idsOf(body).slice(-3)).toEqual(['auth0|UPPER', 'auth0|owner-00', 'auth0|owner-06']);
  expect(idsOf(body)).not.toContain('auth0|member-1');
  expect(body.nextCursor).toBeUndefined();
});

it('rounds each account by itself and sums what it shows', async () => {
  const { body } = await api.get('/v1/accounts?month=2026-11');
  const sum = body.accounts.reduce((cents: bigint, { total }: Json) => cents + centsOf(total), 0n);
  expect(centsOf(body.total)).toBe(sum);
  for (const { id, total, totalExact } of body.accounts) {
    const one = await api.get(`/v1/accounts/${encodeURIComponent(id)}/totals?from=2026-11-01&to=2026-12-01`);
    expect([one.body.total, one.body.totalExact]).toEqual([total, totalExact]);
  }
});

describe('credits', () => {
  it('of each account are rounded by themselves, and the list shows their sum', async () => {
    const { body } = await api.get('/v1/accounts?month=2026-11&limit=3');
    const whole = await api.get('/v1/accounts?month=2026-11');
    const sum = whole.body.accounts.reduce((all: bigint, { credits }: Json) => all + parseQuantity(credits), 0n);
    expect([body.credits, parseQuantity(body.credits)]).toEqual([whole.body.credits, sum]);
    for (const { id, credits } of whole.body.accounts) {
      const one = await api.get(`/v1/accounts/${encodeURIComponent(id)}/totals?from=2026-11-01&to=2026-12-01`);
      expect([id, one.body.credits]).toEqual([id, credits]);
    }
  });

  it("are those of the account's card on the last day of the month", async () => {
    const { tables } = api;
    const [card] = await tables
      .insert(schema.rateCards)
      .values({ name: 'partner', creditUsd: '0.07' })
      .returning({ id: schema.rateCards.id });
    const row = { accountOwnerId: 'auth0|owner-01', kind: 'card', rateCardId: card?.id };
    await tables.insert(schema.priceOverrides).values([
      { ...row, validFrom: '2026-08-31', validTo: '2026-09-30' },
      { ...row, validFrom: '2026-09-30', validTo: '2026-10-01', withdrawnAt: '2026-09-01T00:00:00Z' },
    ]);
    const cluster = await addCluster(tables, 'credits');
    const days = ['2026-07-31', '2026-08-01', '2026-09-30'];
    await addUsage(
      tables,
      days.map((day) => ({ day, owner: 'auth0|owner-01', cluster, quantity: '1' })),
    );
    const creditsOf = async (month: string) => {
      const { body } = await api.get(`/v1/accounts?month=${month}&limit=1`);
      expect(body.credits).toBe(body.accounts[0].credits);
      return [body.accounts[0].total, body.credits];
    };
    expect(await creditsOf('2026-07')).toEqual(['0.35', '1.0000']);
    expect(await creditsOf('2026-08')).toEqual(['0.35', '5.0000']);
    expect(await creditsOf('2026-09')).toEqual(['0.35', '1.0000']);
    const asTotals = await api.get('/v1/accounts/auth0%7Cowner-01/totals?from=2026-08-01&to=2026-09-01');
    expect(asTotals.body.credits).toBe('5.0000');
    const aDayEarlier = await api.get('/v1/accounts/auth0%7Cowner-01/totals?from=2026-08-01&to=2026-08-31');
    expect(aDayEarlier.body.credits).toBe('1.0000');
  });

  it('are rounded at a half as if the division had no end', async () => {
    // 35,000 USD are 7e-26 less than half of the last decimal, which NUMERIC's own quotient does not show.
    const { tables } = api;
    const [card] = await tables
      .insert(schema.rateCards)
      .values({ name: 'odd', creditUsd: '700000000.000000000001' })
      .returning({ id: schema.rateCards.id });
    await tables
      .insert(schema.priceOverrides)
      .values({ accountOwnerId: 'auth0|UPPER', kind: 'card', rateCardId: card?.id, validFrom: '2026-04-01' });
    const cluster = await addCluster(tables, 'odd');
    await addUsage(tables, [{ day: '2026-04-01', owner: 'auth0|UPPER', cluster, quantity: '100000' }]);
    const { body } = await api.get('/v1/accounts?month=2026-04&limit=1');
    expect(body.accounts[0]).toMatchObject({ totalExact: '35000.000000000000', credits: '0.0000' });
    const { body: one } = await api.get('/v1/accounts/auth0%7CUPPER/totals?from=2026-04-01&to=2026-05-01');
    expect(one.credits).toBe('0.0000');
  });
});

it('rounds half a cent away from zero', async () => {
  // 0.35 × 0.1 is 0.035.
  const cluster = await addCluster(api.tables, 'half');
  await addUsage(api.tables, [{ day: '2026-05-01', owner: 'auth0|UPPER', cluster, quantity: '0.1' }]);
  const { body } = await api.get('/v1/accounts?month=2026-05&limit=1');
  expect(body.accounts[0]).toMatchObject({ total: '0.04', totalExact: '0.035000000000' });
  expect(body.total).toBe('0.04');
});

it('takes the current month in UTC when none is given', async () => {
  expect((await api.get('/v1/accounts')).body.month).toBe('2026-11');
});

it('counts December up to New Year', async () => {
  const { body } = await api.get('/v1/accounts?month=2026-12');
  expect(body.accounts[0].totalExact).toBe('350.000000000000');
});

describe('search', () => {
  it.each([
    ['upper', ['auth0|UPPER']],
    ['GRACE', ['auth0|UPPER']],
    ['NAVY.example', ['auth0|UPPER']],
    ['100%', ['auth0|UPPER']],
    ['%', ['auth0|UPPER']],
    ['_', ['auth0|UPPER']],
    ['\\', []],
    ['owner-1', ['auth0|owner-10', 'auth0|owner-11']],
    ["' or true --", []],
    ['member', []],
  ])('%s', async (q, ids) => {
    const { status, body } = await api.get(`/v1/accounts?month=2026-11&q=${encodeURIComponent(q)}`);
    expect([status, idsOf(body)]).toEqual([200, ids]);
    const sum = body.accounts.reduce((cents: bigint, { total }: Json) => cents + centsOf(total), 0n);
    expect(centsOf(body.total)).toBe(sum);
  });

  it('finds everything with nothing', async () => {
    expect((await api.get('/v1/accounts?q=')).body).toEqual((await api.get('/v1/accounts')).body);
  });
});

describe('pages', () => {
  it.each([1, 2, 3, 5, 7, 14, 15, 1_000])('of %i show each account once, in order, under one total', async (limit) => {
    const whole = await api.get('/v1/accounts?month=2026-11&limit=1000');
    const seen: Json[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 20; pages++) {
      const next: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await api.get(`/v1/accounts?month=2026-11&limit=${limit}${next}`);
      expect(body.total).toBe(whole.body.total);
      expect(body.accounts.length).toBeLessThanOrEqual(limit);
      seen.push(...body.accounts);
      cursor = body.nextCursor;
      if (cursor === undefined) break;
    }
    expect(seen).toEqual(whole.body.accounts);
  });

  it('give the total also beyond the end', async () => {
    const cursor = accountsCursor.format({ sort: '-total', key: '1.000000000000', id: 'auth0|x' });
    const { body } = await api.get(`/v1/accounts?month=2026-11&cursor=${cursor}`);
    expect(body.accounts).toEqual([]);
    expect(parseQuantity(body.total) > 0n).toBe(true);
  });
});

describe('the month before and the projection', () => {
  const ID = 'auth0|compared';
  const of = async (month: string) => {
    const { body } = await api.get(`/v1/accounts?month=${month}&q=${encodeURIComponent(ID)}`);
    const [{ total, previous, samePeriod, projected }] = body.accounts;
    const sums = [body.total, body.previous.total, body.samePeriod.total, body.projected?.total ?? null];
    expect(sums).toEqual([total, previous.total, samePeriod.total, projected?.total ?? null]);
    return { total, previous: previous.total, samePeriod: samePeriod.total, projected: projected?.total ?? null };
  };

  it('compare days with days, and go on with whole days only', async () => {
    await api.tables.insert(schema.users).values({ id: ID });
    const cluster = await addCluster(api.tables, 'compared');
    const use = (day: string, quantity: string) => ({ day, owner: ID, cluster, quantity });
    // It is 2026-11-22T14:00Z: 21 whole days have passed. A unit is 0.35.
    await addUsage(api.tables, [
      use('2026-09-30', '1000'),
      use('2026-10-01', '2'),
      use('2026-10-22', '3'),
      use('2026-10-23', '5'),
      use('2026-11-01', '10'),
      use('2026-11-21', '11.0000001'),
      use('2026-11-22', '1'),
    ]);
    // 21.0000001 × 0.35 ÷ 21 × 30 = 10.50000005
    expect(await of('2026-11')).toEqual({ total: '7.70', previous: '3.50', samePeriod: '1.75', projected: '10.50' });
    expect(await of('2026-10')).toEqual({ total: '3.50', previous: '350.00', samePeriod: '350.00', projected: '3.50' });
    expect(await of('2026-12')).toEqual({ total: '0.00', previous: '7.70', samePeriod: '7.70', projected: null });
  });

  it('of a month that cost more than it was on its way to is what it costs', async () => {
    const cluster = await addCluster(api.tables, 'spike');
    await addUsage(api.tables, [{ day: '2026-11-22', owner: ID, cluster, quantity: '1000' }]);
    expect(await of('2026-11')).toMatchObject({ total: '357.70', projected: '357.70' });
  });
});

describe('sorted', () => {
  const whole = async (sort: string) => (await api.get(`/v1/accounts?month=2026-11&limit=1000&sort=${sort}`)).body;
  const keyOf = (account: Json, sort: string): string | bigint => {
    const { id, name, email, totalExact, previous, projected } = account;
    if (sort === 'name') return String(name ?? email ?? id).toLowerCase();
    if (sort === 'projected') return parseQuantity(projected.total);
    return parseQuantity(sort === 'total' ? totalExact : previous.totalExact);
  };

  it.each(ACCOUNTS_SORTS)('by %s: in order, each once on pages of any size, under the same sums', async (sort) => {
    const { accounts, freshness: _, ...sums } = await whole(sort);
    const name = sort.replace('-', '');
    for (const [place, account] of accounts.slice(1).entries()) {
      const [before, after] = [accounts[place], account];
      const [a, b] = sort.startsWith('-')
        ? [keyOf(after, name), keyOf(before, name)]
        : [keyOf(before, name), keyOf(after, name)];
      expect(a < b || (a === b && before.id < after.id), `${before.id} and ${after.id}`).toBe(true);
    }
    for (const limit of [1, 3, 7]) {
      const seen: Json[] = [];
      let cursor = '';
      do {
        const { body } = await api.get(`/v1/accounts?month=2026-11&sort=${sort}&limit=${limit}${cursor}`);
        expect(body).toMatchObject(sums);
        seen.push(...body.accounts);
        cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
      } while (cursor !== '');
      expect(seen).toEqual(accounts);
    }
  });
});

describe('parameters', () => {
  it.each([
    ['month=2026-13', 'month', 'INVALID_MONTH'],
    ['month=2026-1', 'month', 'INVALID_MONTH'],
    ['month=26-11', 'month', 'INVALID_MONTH'],
    ['month=', 'month', 'INVALID_MONTH'],
    ["month=2026-11'--", 'month', 'INVALID_MONTH'],
    ['month=2026-11&month=2026-10', 'month', 'REPEATED_PARAMETER'],
    ['limit=0', 'limit', 'INVALID_LIMIT'],
    ['limit=1001', 'limit', 'INVALID_LIMIT'],
    ['limit=-1', 'limit', 'INVALID_LIMIT'],
    ['limit=1e2', 'limit', 'INVALID_LIMIT'],
    ['limit=1.0', 'limit', 'INVALID_LIMIT'],
    ['limit=', 'limit', 'INVALID_LIMIT'],
    ['cursor=', 'cursor', 'INVALID_CURSOR'],
    ['cursor=abc', 'cursor', 'INVALID_CURSOR'],
    [`sort=name&cursor=${accountsCursor.format({ sort: '-name', key: 'x', id: 'x' })}`, 'cursor', 'INVALID_CURSOR'],
    ['sort=', 'sort', 'INVALID_SORT'],
    ['sort=credits', 'sort', 'INVALID_SORT'],
    ['sort=total,name', 'sort', 'INVALID_SORT'],
    [`cursor=${btoa('["1.000000000000","x"]')}=`, 'cursor', 'INVALID_CURSOR'],
    [`cursor=${btoa('["NaN","x"]')}`, 'cursor', 'INVALID_CURSOR'],
    ['q=a%00b', 'q', 'INVALID_TEXT'],
    [`q=${'x'.repeat(256)}`, 'q', 'INVALID_TEXT'],
    ['page=2', 'page', 'UNKNOWN_PARAMETER'],
  ])('refuses %s', async (query, parameter, code) => {
    const { status, body } = await api.get(`/v1/accounts?${query}`);
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.errors).toEqual([{ parameter, code, detail: expect.any(String) }]);
    expect(JSON.stringify(body)).not.toMatch(/select|zod|node_modules/i);
  });
});
