import { schema } from '@hopsmeter/db';
import { addCluster, addUsage, type Json, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import { parseQuantity } from '@hopsmeter/usage';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';

const [OWNER, MEMBER, FORMER_OWNER] = ['auth0|owner', 'auth0|member', 'auth0|before'];
const MONTH = 'from=2026-11-01&to=2026-12-01';

let issuer: TestIssuer;
let api: TestApi;
let clusters: string[];
let project: string;

beforeAll(async () => {
  issuer = await startTestIssuer();
  api = await startTestApi({ people: issuer });
  const { tables } = api;
  clusters = [await addCluster(tables, 'eu-1'), await addCluster(tables, 'us-1')];
  const [eu = '', us = ''] = clusters;
  await tables.insert(schema.users).values([{ id: OWNER }, { id: FORMER_OWNER }]);
  await tables.insert(schema.users).values({ id: MEMBER, accountOwnerId: OWNER });
  const [ownership] = await tables
    .update(schema.accountOwnerships)
    .set({ startedAt: '2026-11-10T00:00:00Z' })
    .where(eq(schema.accountOwnerships.userId, MEMBER))
    .returning();
  if (ownership === undefined) throw new Error('the member has no owner');
  await tables.insert(schema.accountOwnerships).values({
    userId: MEMBER,
    accountOwnerId: FORMER_OWNER,
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-11-10T00:00:00Z',
  });
  const [added] = await tables
    .insert(schema.projects)
    .values([{ hopsworksClusterId: eu, namespace: 'churn', userId: MEMBER }])
    .returning({ id: schema.projects.id });
  project = added?.id ?? '';
  await addUsage(tables, [
    { day: '2026-11-05', owner: FORMER_OWNER, user: MEMBER, cluster: eu, quantity: '1.000000000001' },
    { day: '2026-11-15', owner: OWNER, user: MEMBER, cluster: eu, project, quantity: '2' },
    { day: '2026-11-15', owner: OWNER, user: MEMBER, cluster: us, quantity: '4', meter: 'ram_gb_hours' },
    { day: '2026-10-30', owner: OWNER, user: MEMBER, cluster: us, quantity: '8' },
    { day: '2026-10-31', owner: OWNER, user: MEMBER, cluster: us, quantity: '16' },
    { day: '2026-11-16', owner: OWNER, cluster: us, quantity: '32' },
    { day: '2026-11-17', owner: OWNER, user: MEMBER, cluster: us, quantity: '0' },
  ]);
  // Too late for October: it is billed in November.
  await tables
    .update(schema.usageDaily)
    .set({ bookedOn: '2026-11-01' })
    .where(and(eq(schema.usageDaily.usageDate, '2026-10-31'), eq(schema.usageDaily.userId, MEMBER)));
});
afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

async function ask(sub: string, query: string, path = '/v1/me/usage'): Promise<{ status: number; body: Json }> {
  const authorization = `Bearer ${await issuer.sign({ sub })}`;
  const answer = await api.app.inject({ url: `${path}?${query}`, headers: { authorization } });
  return { status: answer.statusCode, body: answer.json() };
}

it('tells a member how much of each meter they used, whoever paid, and no amount of money', async () => {
  const { status, body } = await ask(MEMBER, MONTH);
  expect(status).toBe(200);
  expect(body).toMatchObject({ userId: MEMBER, from: '2026-11-01', to: '2026-12-01' });
  expect(body.groups).toEqual([
    { key: { meter: 'cpu_hours' }, labels: {}, quantity: '3.000000000001', quantityExact: '3.000000000001' },
    { key: { meter: 'ram_gb_hours' }, labels: {}, quantity: '4.000000000000', quantityExact: '4' },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/cost|price|total|credit|USD|auth0\|(?!member)/i);
});

it('counts usage on its own day, also where a later month bills it', async () => {
  const { body } = await ask(MEMBER, 'from=2026-10-01&to=2026-11-01&groupBy=day');
  expect(body.groups.map(({ key, quantity }: Json) => [key.day, quantity])).toEqual([
    ['2026-10-30', '8.000000000000'],
    ['2026-10-31', '16.000000000000'],
  ]);
});

it('adds up to the same, whatever it is grouped by', async () => {
  const sumsOf = async (groupBy: string) => {
    const { body } = await ask(MEMBER, `${MONTH}&groupBy=${groupBy}`);
    const sums = new Map<string, bigint>();
    for (const { key, quantity } of body.groups)
      sums.set(key.meter, (sums.get(key.meter) ?? 0n) + parseQuantity(quantity));
    return { sums, groups: body.groups };
  };
  const whole = await sumsOf('meter');
  for (const groupBy of ['day', 'project', 'cluster', 'day,project,meter,cluster'])
    expect((await sumsOf(groupBy)).sums).toEqual(whole.sums);
  expect((await sumsOf('project,cluster')).groups).toContainEqual({
    key: { project, meter: 'cpu_hours', cluster: clusters[0] },
    labels: { project: 'churn', cluster: 'eu-1' },
    quantity: '2.000000000000',
    quantityExact: '2',
  });
});

it('is about nobody else: an owner reads what they used, a stranger nothing', async () => {
  expect((await ask(OWNER, MONTH)).body.groups).toEqual([
    { key: { meter: 'cpu_hours' }, labels: {}, quantity: '32.000000000000', quantityExact: '32' },
  ]);
  expect((await ask('auth0|stranger', MONTH)).body).toMatchObject({ userId: 'auth0|stranger', groups: [] });
  expect((await api.get(`/v1/me/usage?${MONTH}`)).body).toMatchObject({ userId: null, groups: [] });
  for (const query of [`${MONTH}&user=${OWNER}`, `${MONTH}&groupBy=account`, `${MONTH}&groupBy=user`])
    expect((await ask(MEMBER, query)).status).toBe(400);
});

it('names a member as one, who still sees no bill', async () => {
  expect((await ask(MEMBER, '', '/v1/me')).body).toEqual({ id: MEMBER, kind: 'member', name: null, permissions: [] });
  expect((await ask(MEMBER, '', '/v1/accounts')).status).toBe(403);
  expect((await ask('auth0|stranger', '', '/v1/me')).status).toBe(403);
});

it('lists an owner their own members and nobody else', async () => {
  const own = await ask(OWNER, `accountOwnerId=${encodeURIComponent(OWNER)}`, '/v1/users');
  expect(own.body.users.map(({ id }: Json) => id)).toEqual([MEMBER]);
  for (const query of ['', `accountOwnerId=${encodeURIComponent(FORMER_OWNER)}`])
    expect((await ask(OWNER, query, '/v1/users')).status).toBe(403);
});
