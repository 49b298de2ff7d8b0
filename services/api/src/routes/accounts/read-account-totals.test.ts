import { request } from 'node:http';
import { schema, type TotalsGrouping } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
  type Usage,
} from '@hopsmeter/test/support/api/test-api.ts';
import { parseQuantity } from '@hopsmeter/usage';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUPINGS } from './read-account-totals.ts';

const ADA = 'auth0|ada';
const BOB = 'google-oauth2|bob';
const EVE = 'auth0|eve';

let api: TestApi;
let clusters: string[] = [];
let projects: string[] = [];
let usages: Usage[] = [];

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  await tables
    .insert(schema.users)
    .values([
      { id: ADA, name: 'Ada Lovelace', email: 'ada@example.com' },
      { id: EVE, email: 'eve@example.com' },
      { id: 'auth0|idle' },
    ]);
  await tables.insert(schema.users).values([{ id: BOB, email: 'bob@example.com', accountOwnerId: ADA }]);
  clusters = [await addCluster(tables, 'eu-1'), await addCluster(tables, 'us-1')];
  const added = await tables
    .insert(schema.projects)
    .values(clusters.map((id, place) => ({ hopsworksClusterId: id, namespace: `space-${place}`, userId: ADA })))
    .returning({ id: schema.projects.id });
  projects = added.map(({ id }) => id);
  usages = generateUsages();
  await addUsage(tables, usages);
  await addUsage(tables, [
    { day: '2026-11-01', owner: EVE, cluster: clusters[0] ?? '', quantity: '7' },
    { day: '2026-12-01', owner: ADA, cluster: clusters[0] ?? '', quantity: '1000' },
    { day: '2026-10-31', owner: ADA, cluster: clusters[0] ?? '', quantity: '1000' },
  ]);
});

afterAll(async () => {
  await api?.close();
});

/** What usages cost, by hand: each row rounded half away from zero to 12 decimals, then added. */
function exactCostOf(rows: readonly Usage[]): bigint {
  // Price in thousandths, and the quantity that it is for.
  const rates = new Map([
    ['cpu_hours', [350n, 1n]],
    ['ram_gb_hours', [35n, 1n]],
    ['online_storage_gb_hours', [500n, 720n]],
  ]);
  return rows.reduce((sum, { meter = '', quantity }) => {
    const [price = 0n, priceQuantity = 0n] = rates.get(meter) ?? [];
    const divisor = 1_000n * priceQuantity;
    return sum + (parseQuantity(quantity) * price * 2n + divisor) / (divisor * 2n);
  }, 0n);
}

/** Every combination of three days, two users, two clusters with and without their project, and three meters. */
function generateUsages(): Usage[] {
  const meters = ['cpu_hours', 'ram_gb_hours', 'online_storage_gb_hours'];
  const generated: Usage[] = [];
  for (const day of ['2026-11-01', '2026-11-15', '2026-11-30'])
    for (const user of [ADA, BOB])
      for (const [place, cluster] of clusters.entries())
        for (const project of [undefined, projects[place]])
          for (const meter of meters) {
            const quantity = `${generated.length % 11}.${String(7_654_321 * (generated.length + 1)).padStart(12, '0')}`;
            generated.push({ day, owner: ADA, user, cluster, project, meter, quantity });
          }
  return generated;
}

const address = (query: string, id = ADA) => `/v1/accounts/${encodeURIComponent(id)}/totals?${query}`;
const november = (groupBy: string) =>
  address(`from=2026-11-01&to=2026-12-01${groupBy === '' ? '' : `&groupBy=${groupBy}`}`);

const COMBINATIONS = Array.from({ length: 2 ** GROUPINGS.length }, (_, bits) =>
  GROUPINGS.filter((_grouping, place) => (bits & (1 << place)) !== 0),
);

function centsOf(money: string): bigint {
  expect(money).toMatch(/^\d+\.\d{2}$/);
  return BigInt(money.replace('.', ''));
}

describe('what is grouped adds up', () => {
  it.each(COMBINATIONS.map((groupBy) => [groupBy.join(',')]))('by %s', async (groupBy) => {
    const { status, body } = await api.get(november(groupBy));
    expect(status).toBe(200);
    const names = groupBy === '' ? [] : groupBy.split(',');
    const keys = new Set<string>();
    let cents = 0n;
    let exact = 0n;
    let credits = 0n;
    for (const group of body.groups) {
      expect(Object.keys(group.key)).toEqual(names);
      expect('quantity' in group).toBe(names.includes('meter'));
      keys.add(JSON.stringify(group.key));
      cents += centsOf(group.cost);
      exact += parseQuantity(group.costExact);
      credits += parseQuantity(group.credits);
      // 1 credit is 0.35 USD, so 7 × credits is 20 × USD.
      const creditDistance = 7n * parseQuantity(group.credits) - 20n * parseQuantity(group.costExact);
      expect(creditDistance < parseQuantity('0.0007') && creditDistance > parseQuantity('-0.0007')).toBe(true);
      const distance = parseQuantity(group.cost) - parseQuantity(group.costExact);
      expect(distance < parseQuantity('0.01') && distance > parseQuantity('-0.01')).toBe(true);
    }
    expect(keys.size).toBe(body.groups.length);
    expect(keys.size).toBe(new Set(usages.map((usage) => keyOf(usage, names))).size);
    expect(cents).toBe(centsOf(body.total));
    expect(exact).toBe(parseQuantity(body.totalExact));
    expect(credits).toBe(parseQuantity(body.credits));
    expect(exact).toBe(exactCostOf(usages));
  });

  it('gives the same answer in whatever order groupings are named', async () => {
    expect((await api.get(november('meter,day'))).body).toEqual((await api.get(november('day,meter'))).body);
  });
});

function keyOf(usage: Usage, names: readonly string[]): string {
  const values: Partial<Record<TotalsGrouping, unknown>> = {
    ...usage,
    user: usage.user,
    project: usage.project,
    meter: usage.meter,
  };
  return JSON.stringify(GROUPINGS.filter((name) => names.includes(name)).map((name) => values[name] ?? null));
}

it('writes money, exact costs and quantities as exact text', async () => {
  const { body } = await api.get(address('from=2026-11-01&to=2026-11-02&groupBy=meter', EVE));
  expect(body).toEqual({
    accountOwnerId: EVE,
    from: '2026-11-01',
    to: '2026-11-02',
    currency: 'USD',
    total: '2.45',
    totalExact: '2.450000000000',
    credits: '7.0000',
    groups: [
      {
        key: { meter: 'cpu_hours' },
        quantity: '7.000000000000',
        cost: '2.45',
        costExact: '2.450000000000',
        credits: '7.0000',
      },
    ],
    freshness: { recordedAt: null, receivedAt: null },
  });
});

it('gives the spare cent to the largest remainder', async () => {
  const cluster = await addCluster(api.tables, 'spare-cents');
  const day = '2026-01-01';
  // 0.35 each: 0.0035, 0.0042 and 0.0049, which is 0.0126 together.
  await addUsage(api.tables, [
    { day, owner: 'auth0|idle', cluster, quantity: '0.01' },
    { day: '2026-01-02', owner: 'auth0|idle', cluster, quantity: '0.012' },
    { day: '2026-01-03', owner: 'auth0|idle', cluster, quantity: '0.014' },
  ]);
  const { body } = await api.get(address('from=2026-01-01&to=2026-02-01&groupBy=day', 'auth0|idle'));
  expect(body.total).toBe('0.01');
  expect(body.groups.map(({ cost }: Json) => cost)).toEqual(['0.00', '0.00', '0.01']);
});

it('names what people call the ids', async () => {
  const { body } = await api.get(november('user,project,cluster'));
  const labels = body.groups.map((group: Json) => [group.key.user, group.key.project === null, group.labels]);
  expect(labels).toContainEqual([ADA, true, { user: 'Ada Lovelace', cluster: 'eu-1' }]);
  expect(labels).toContainEqual([BOB, false, { user: 'bob@example.com', project: 'space-1', cluster: 'us-1' }]);
  expect((await api.get(november('meter'))).body.groups[0].labels).toBeUndefined();
});

it('ends before the day of to', async () => {
  const total = async (from: string, to: string) => (await api.get(address(`from=${from}&to=${to}`, EVE))).body;
  expect((await total('2026-10-31', '2026-11-01')).total).toBe('0.00');
  expect((await total('2026-11-01', '2026-11-02')).total).toBe('2.45');
  expect((await total('2026-11-02', '2026-11-03')).groups).toEqual([]);
});

it('takes ids with a bar as it is, as %7C and with other signs', async () => {
  const strange = `waad|a/b?c#d%20é'"; drop table users; --`;
  await api.tables.insert(schema.users).values({ id: strange });
  expect((await api.get(address('from=2026-11-01&to=2026-11-02', strange))).body.accountOwnerId).toBe(strange);
  const { port } = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }));
  for (const id of ['auth0|eve', 'auth0%7Ceve', 'auth0%7ceve']) {
    const path = `/v1/accounts/${id}/totals?from=2026-11-01&to=2026-11-02`;
    const status = await new Promise((resolve, reject) => {
      request({ port, path, headers: { authorization: `Bearer ${TEST_KEY}` } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  }
});

it('does not know users who never paid, nor strangers', async () => {
  for (const id of [BOB, 'auth0|nobody', "' or true --"]) {
    const { status, body } = await api.get(address('from=2026-11-01&to=2026-11-02', id));
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  }
});

it('still knows an owner who became a member of another', async () => {
  await api.tables.insert(schema.users).values({ id: 'auth0|former' });
  await addUsage(api.tables, [{ day: '2026-11-01', owner: 'auth0|former', cluster: clusters[0] ?? '', quantity: '1' }]);
  await api.tables.update(schema.users).set({ accountOwnerId: ADA }).where(eq(schema.users.id, 'auth0|former'));
  expect((await api.get(address('from=2026-11-01&to=2026-12-01', 'auth0|former'))).body.total).toBe('0.35');
});

describe('parameters', () => {
  it.each([
    ['', 'from', 'MISSING_PARAMETER'],
    ['from=2026-11-01', 'to', 'MISSING_PARAMETER'],
    ['from=2026-11-01&from=2026-11-02&to=2026-12-01', 'from', 'REPEATED_PARAMETER'],
    ['from=2026-02-30&to=2026-12-01', 'from', 'INVALID_DAY'],
    ['from=2026-11-01T00:00:00Z&to=2026-12-01', 'from', 'INVALID_DAY'],
    ['from=&to=2026-12-01', 'from', 'INVALID_DAY'],
    ['from=2026-11-01&to=infinity', 'to', 'INVALID_DAY'],
    ['from=2026-11-01&to=2026-11-01', 'to', 'INVALID_RANGE'],
    ['from=2026-11-02&to=2026-11-01', 'to', 'INVALID_RANGE'],
    ['from=2025-01-01&to=2026-02-06', 'to', 'RANGE_TOO_LONG'],
    ['from=2026-11-01&to=2026-12-01&groupBy=', 'groupBy', 'INVALID_GROUP_BY'],
    ['from=2026-11-01&to=2026-12-01&groupBy=day,day', 'groupBy', 'INVALID_GROUP_BY'],
    ['from=2026-11-01&to=2026-12-01&groupBy=day,hour', 'groupBy', 'INVALID_GROUP_BY'],
    ['from=2026-11-01&to=2026-12-01&groupBy=cost);--', 'groupBy', 'INVALID_GROUP_BY'],
    ['from=2026-11-01&to=2026-12-01&group_by=day', 'group_by', 'UNKNOWN_PARAMETER'],
    ['from=2026-11-01&to=2026-12-01&__proto__=x', '__proto__', 'UNKNOWN_PARAMETER'],
  ])('refuses %s', async (query, parameter, code) => {
    const { status, body } = await api.get(address(query));
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.errors).toContainEqual({ parameter, code, detail: expect.any(String) });
  });

  it('refuses ids that are no text', async () => {
    for (const id of ['a%00b', 'a%0Ab', '%7F']) {
      const { status, body } = await api.get(`/v1/accounts/${id}/totals?from=2026-11-01&to=2026-12-01`);
      expect([status, body.errors]).toEqual([
        400,
        [{ parameter: 'id', code: 'INVALID_TEXT', detail: expect.any(String) }],
      ]);
    }
  });

  it('takes 400 days', async () => {
    expect((await api.get(address('from=2025-01-01&to=2026-02-05'))).status).toBe(200);
  });

  it('tells everything that is wrong at once', async () => {
    const { body } = await api.get(address('from=x&to=y&groupBy=z&a=b'));
    expect(body.errors.map(({ parameter }: Json) => parameter).sort()).toEqual(['a', 'from', 'groupBy', 'to']);
  });
});

it('says how fresh it is', async () => {
  const batch = { eventCount: 1, countedCount: 1, duplicateCount: 0, parkedCount: 0, requests: [] };
  await api.tables.insert(schema.usageBatches).values([
    {
      ...batch,
      id: crypto.randomUUID(),
      receivedAt: '2026-11-22T13:59:59.123456Z',
      recordedAt: '2026-11-22T14:00:00.5Z',
    },
    {
      ...batch,
      id: crypto.randomUUID(),
      receivedAt: '2026-11-22T13:00:00Z',
      recordedAt: '2026-11-22T14:00:01.000001Z',
    },
  ]);
  expect((await api.get(november(''))).body.freshness).toEqual({
    recordedAt: '2026-11-22T14:00:01.000001Z',
    receivedAt: '2026-11-22T13:59:59.123456Z',
  });
});

it('refuses an answer of too many groups', async () => {
  const cluster = await addCluster(api.tables, 'large');
  await api.tables.insert(schema.users).values({ id: 'auth0|large' });
  const members = Array.from({ length: 52 }, (_, place) => ({ id: `auth0|m${place}`, accountOwnerId: 'auth0|large' }));
  await api.tables.insert(schema.users).values(members);
  const day = (place: number) => new Date(Date.UTC(2025, 0, 1 + place)).toISOString().slice(0, 10);
  for (const { id: user } of members)
    await addUsage(
      api.tables,
      Array.from({ length: 400 }, (_, place) => ({
        day: day(place),
        owner: 'auth0|large',
        user,
        cluster,
        quantity: '1',
      })),
    );
  const { status, body } = await api.get(address('from=2025-01-01&to=2026-02-05&groupBy=day,user', 'auth0|large'));
  expect([status, body.errors[0].code]).toEqual([400, 'TOO_MANY_GROUPS']);
  expect((await api.get(address('from=2025-01-01&to=2026-02-05&groupBy=day', 'auth0|large'))).body.total).toBe(
    '7280.00',
  );
});
