import { schema, TOTALS_GROUPINGS } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  type TestApi,
  type Usage,
} from '@hopsmeter/test/support/api/test-api.ts';
import { parseQuantity } from '@hopsmeter/usage';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OWNERS = ['auth0|ada', 'auth0|eve', 'auth0|zoe'] as const;
const MEMBER = 'auth0|bob';
const METERS = ['cpu_hours', 'ram_gb_hours', 'online_storage_gb_hours'] as const;

let api: TestApi;
let clusters: string[] = [];
let project = '';
const usages: Usage[] = [];

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  await tables.insert(schema.users).values(OWNERS.map((id) => ({ id, name: id.slice(6) })));
  await tables.insert(schema.users).values([{ id: MEMBER, accountOwnerId: OWNERS[0] }]);
  clusters = [await addCluster(tables, 'eu-1'), await addCluster(tables, 'us-1')];
  const [added] = await tables
    .insert(schema.projects)
    .values([{ hopsworksClusterId: clusters[0] ?? '', namespace: 'space', userId: OWNERS[0] }])
    .returning({ id: schema.projects.id });
  project = added?.id ?? '';
  for (const day of ['2026-11-01', '2026-11-15', '2026-11-30'])
    for (const owner of OWNERS)
      for (const user of owner === OWNERS[0] ? [owner, MEMBER] : [owner])
        for (const [place, cluster] of clusters.entries())
          for (const meter of METERS) {
            const quantity = `${usages.length % 11}.${String(7_654_321 * (usages.length + 1)).padStart(12, '0')}`;
            usages.push({ day, owner, user, cluster, project: place === 0 ? project : undefined, meter, quantity });
          }
  await addUsage(tables, usages);
  await addUsage(tables, [{ day: '2026-12-01', owner: OWNERS[0], cluster: clusters[0] ?? '', quantity: '1000' }]);
  // What is left of rows that are gone: no group.
  await addUsage(tables, [{ day: '2026-11-20', owner: OWNERS[1], cluster: clusters[0] ?? '', quantity: '5' }]);
  await tables.delete(schema.usageDaily).where(eq(schema.usageDaily.bookedOn, '2026-11-20'));
});

afterAll(() => api?.close());

const COMBINATIONS = Array.from({ length: 2 ** TOTALS_GROUPINGS.length }, (_, bits) =>
  TOTALS_GROUPINGS.filter((_grouping, place) => (bits & (1 << place)) !== 0),
);

type Filter = Partial<Record<'account' | 'user' | 'project' | 'cluster' | 'meter', string>>;

const address = (groupBy: string, filter: Filter = {}) => {
  const query = new URLSearchParams({ from: '2026-11-01', to: '2026-12-01', ...filter });
  if (groupBy !== '') query.set('groupBy', groupBy);
  return `/v1/totals?${query}`;
};
const read = async (groupBy: string, filter?: Filter): Promise<Json> => {
  const { status, body } = await api.get(address(groupBy, filter));
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

/** What usages cost, by hand: each row rounded half away from zero to 12 decimals, then added. */
function exactCostOf(rows: readonly Usage[]): bigint {
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

const centsOf = (money: string) => BigInt(money.replace('.', ''));

const isAsked = (usage: Usage, { account, user, project: asked, cluster, meter }: Filter) =>
  (account === undefined || usage.owner === account) &&
  (user === undefined || usage.user === user) &&
  (asked === undefined || (usage.project ?? 'none') === asked) &&
  (cluster === undefined || usage.cluster === cluster) &&
  (meter === undefined || usage.meter === meter);

/** Every subset of five filters, with values that some usage has. */
function filters(): Filter[] {
  const values: Filter = { account: OWNERS[0], user: MEMBER, project, cluster: clusters[0] ?? '', meter: 'cpu_hours' };
  const names = Object.keys(values) as (keyof Filter)[];
  return Array.from({ length: 2 ** names.length }, (_, bits) =>
    Object.fromEntries(names.filter((_name, place) => bits & (1 << place)).map((name) => [name, values[name]])),
  );
}

describe('parts add up, whatever is asked for', () => {
  it.each(COMBINATIONS.map((groupBy) => [groupBy.join(',')]))('by %s', async (groupBy) => {
    const names = groupBy === '' ? [] : groupBy.split(',');
    for (const filter of filters()) {
      const body = await read(groupBy, filter);
      const wanted = usages.filter((usage) => isAsked(usage, filter));
      const keyOf = ({ day, owner, user, project: of, cluster, meter }: Usage) => {
        const values: Record<string, unknown> = { day, account: owner, user, project: of ?? null, cluster, meter };
        return JSON.stringify(Object.fromEntries(names.map((name) => [name, values[name]])));
      };
      const keys = body.groups.map(({ key }: Json) => JSON.stringify(key));
      expect(new Set(keys)).toEqual(new Set(wanted.map(keyOf)));
      expect(keys).toHaveLength(new Set(keys).size);
      const sum = (pick: (group: Json) => bigint) =>
        body.groups.reduce((all: bigint, each: Json) => all + pick(each), 0n);
      expect(sum(({ cost }) => centsOf(cost))).toBe(centsOf(body.total));
      expect(sum(({ costExact }) => parseQuantity(costExact))).toBe(parseQuantity(body.totalExact));
      expect(sum(({ credits }) => parseQuantity(credits))).toBe(parseQuantity(body.credits));
      expect(parseQuantity(body.totalExact)).toBe(exactCostOf(wanted));
    }
  });

  it('from the summary and from the rollup, to the same answer', async () => {
    for (const groupBy of ['', 'day', 'account', 'meter', 'day,meter', 'day,account,meter']) {
      const summary = await read(groupBy);
      const parts = await Promise.all(clusters.map((cluster) => read(groupBy, { cluster })));
      const exact = parts.reduce((sum: bigint, { totalExact }) => sum + parseQuantity(totalExact), 0n);
      expect(parseQuantity(summary.totalExact)).toBe(exact);
    }
  });

  it('and one account is what its own totals say', async () => {
    for (const groupBy of ['', 'day,meter', 'user,cluster']) {
      const filter = { account: OWNERS[0], meter: 'cpu_hours' };
      const query = new URL(address(groupBy, { meter: 'cpu_hours' }), 'http://x').search;
      const { body } = await api.get(`/v1/accounts/${encodeURIComponent(OWNERS[0])}/totals${query}`);
      const { accountOwnerId, ...totals } = body;
      expect([accountOwnerId, totals]).toEqual([OWNERS[0], await read(groupBy, filter)]);
    }
  });
});

it('says of a project whether its cluster reports it, and of other usage nothing', async () => {
  const isReported = async () =>
    (await read('project', {})).groups.map((group: Json) => [group.key.project, group.isReported]);
  expect(await isReported()).toEqual([
    [null, undefined],
    [project, false],
  ]);
  await api.tables.update(schema.projects).set({ isReported: true });
  expect((await isReported())[1]).toEqual([project, true]);
});

it('names accounts, and asks for usage outside of any project with none', async () => {
  const { groups } = await read('account', { project: 'none' });
  expect(groups.map(({ key, labels }: Json) => [key, labels])).toEqual(
    OWNERS.map((account) => [{ account }, { account: account.slice(6) }]),
  );
});

it('is of nothing for ids that nobody has', async () => {
  const nobody: Filter[] = [
    { account: 'auth0|x' },
    { user: 'auth0|x' },
    { project: crypto.randomUUID() },
    { meter: 'x' },
  ];
  for (const filter of nobody) expect(await read('day', filter)).toMatchObject({ total: '0.00', groups: [] });
});

it.each([
  ['from=2026-11-01', 'to', 'MISSING_PARAMETER'],
  ['from=2026-11-01&to=2026-11-01', 'to', 'INVALID_RANGE'],
  ['from=2025-01-01&to=2026-02-06', 'to', 'RANGE_TOO_LONG'],
  ['from=2026-11-01&to=2026-12-01&groupBy=owner', 'groupBy', 'INVALID_GROUP_BY'],
  ['from=2026-11-01&to=2026-12-01&project=x', 'project', 'INVALID_TEXT'],
  ['from=2026-11-01&to=2026-12-01&cluster=none', 'cluster', 'INVALID_TEXT'],
  ['from=2026-11-01&to=2026-12-01&user=', 'user', 'INVALID_TEXT'],
  ['from=2026-11-01&to=2026-12-01&meter=a%00b', 'meter', 'INVALID_TEXT'],
  ['from=2026-11-01&to=2026-12-01&account=a&account=b', 'account', 'REPEATED_PARAMETER'],
])('refuses %s', async (query, parameter, code) => {
  const { status, body } = await api.get(`/v1/totals?${query}`);
  expect([status, body.errors]).toEqual([400, [{ parameter, code, detail: expect.any(String) }]]);
});

it('takes 400 days', async () => {
  expect((await api.get('/v1/totals?from=2025-11-01&to=2026-12-06')).status).toBe(200);
});
