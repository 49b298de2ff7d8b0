import { schema } from '@hopsmeter/db';
import { addCluster, type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';

let api: TestApi;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi();
  clusterId = await addCluster(api.tables, 'east');
  await api.tables.insert(schema.users).values({ id: 'auth0|platform' });
});
afterAll(() => api?.close());

async function post(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' };
  const answer = await api.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
  return { status: answer.statusCode, body: answer.json() };
}

const add = (changes: object) =>
  post('/v1/namespace-rules', { clusterId, pattern: 'kube-*', action: 'ignore', reason: 'the platform', ...changes });
const list = async () => (await api.get(`/v1/namespace-rules?clusterId=${clusterId}`)).body.rules;

it('adds a rule once, shows it with what it did, and withdraws it, each with who and why', async () => {
  const { status, body: rule } = await add({});
  expect([status, rule]).toEqual([
    201,
    {
      id: expect.any(String),
      clusterId,
      pattern: 'kube-*',
      action: 'ignore',
      userId: null,
      reason: 'the platform',
      createdAt: expect.any(String),
      createdBy: 'service-role',
      withdrawnAt: null,
      withdrawnBy: null,
    },
  ]);
  expect(await add({})).toEqual({ status: 200, body: rule });
  expect(await list()).toEqual([{ ...rule, ignoredCount: '0', bookedCost: '0.000000000000' }]);
  expect(await add({ action: 'book', userId: 'auth0|platform' })).toMatchObject({
    status: 409,
    body: { code: 'RULE_EXISTS' },
  });
  const withdrawn = await post(`/v1/namespace-rules/${rule.id}/withdraw`, { reason: 'a mistake' });
  expect(withdrawn).toMatchObject({ status: 200, body: { id: rule.id, withdrawnBy: 'service-role' } });
  expect(await post(`/v1/namespace-rules/${rule.id}/withdraw`, { reason: 'again' })).toEqual(withdrawn);
  expect(await list()).toEqual([]);
  expect((await add({ action: 'book', userId: 'auth0|platform' })).status).toBe(201);
  const log = await api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.entityId, rule.id));
  expect(log.map(({ action, reason }) => [action, reason])).toEqual([
    ['add_namespace_rule', 'the platform'],
    ['withdraw_namespace_rule', 'a mistake'],
  ]);
});

it.each([
  [{ action: 'book' }, 'INVALID_REQUEST'],
  [{ userId: 'auth0|platform' }, 'INVALID_REQUEST'],
  [{ pattern: '*' }, 'INVALID_REQUEST'],
  [{ pattern: '' }, 'INVALID_REQUEST'],
  [{ pattern: '*-system' }, 'INVALID_REQUEST'],
  [{ pattern: 'kube-**' }, 'INVALID_REQUEST'],
  [{ pattern: 'kube-*-system' }, 'INVALID_REQUEST'],
  [{ reason: undefined }, 'INVALID_REQUEST'],
  [{ action: 'book', userId: 'auth0|nobody' }, 'UNKNOWN_REFERENCE'],
  [{ clusterId: '00000000-0000-4000-8000-000000000000' }, 'UNKNOWN_REFERENCE'],
])('refuses %j', async (changes, code) => {
  expect(await add({ pattern: 'x', ...changes })).toMatchObject({ status: 400, body: { code } });
});
