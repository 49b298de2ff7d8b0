import { randomUUID } from 'node:crypto';
import { addCluster, type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { isClusterKey } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

let api: TestApi;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());
beforeEach(async () => {
  clusterId = await addCluster(api.tables, `cluster ${randomUUID()}`);
});

async function send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method,
    url: `/v1/clusters/${clusterId}/keys${path}`,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const list = async () => (await api.get(`/v1/clusters/${clusterId}/keys`)).body.keys;

it('makes a key, shows it once and lists it without its secret', async () => {
  expect(await list()).toEqual([]);
  const { status, body } = await send('POST', '');
  expect([status, isClusterKey(body.key)]).toEqual([201, true]);
  expect(body.clusterKey).toEqual({
    id: expect.any(String),
    clusterId,
    prefix: body.key.slice(0, 13),
    status: 'live',
    createdAt: expect.any(String),
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    rotatedFromId: null,
  });
  expect(await list()).toEqual([body.clusterKey]);
  expect(JSON.stringify([await list(), api.log])).not.toContain(body.key.slice(13));
});

it('rotates a key: the old one ends after a day, or after what is asked for', async () => {
  const first = (await send('POST', '')).body.clusterKey;
  const begunAt = Date.now();
  const { status, body } = await send('POST', `/${first.id}/rotate`);
  expect([status, isClusterKey(body.key), body.clusterKey.rotatedFromId]).toEqual([201, true, first.id]);
  const endsAt = Date.parse(body.replaced.expiresAt);
  expect(endsAt).toBeGreaterThanOrEqual(begunAt + 86_400_000);
  expect(endsAt).toBeLessThanOrEqual(Date.now() + 86_400_000);
  expect((await send('POST', `/${first.id}/rotate`)).body.code).toBe('TOO_MANY_KEYS');
  const ended = await send('POST', `/${first.id}/rotate`, { graceSeconds: 0 });
  expect([ended.status, ended.body.replaced.status]).toEqual([201, 'expired']);
  expect((await send('POST', `/${first.id}/rotate`)).body.code).toBe('KEY_ENDED');
  expect((await list()).map(({ status: each }: Json) => each)).toEqual(['live', 'live', 'expired']);
});

it.each([{ graceSeconds: -1 }, { graceSeconds: 604_801 }, { graceSeconds: '1' }, { grace: 1 }, [[]]])(
  'refuses to rotate with %j',
  async (body) => {
    const { id } = (await send('POST', '')).body.clusterKey;
    expect(await send('POST', `/${id}/rotate`, body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  },
);

it('revokes a key, once', async () => {
  const { id } = (await send('POST', '')).body.clusterKey;
  const revoked = await send('DELETE', `/${id}`);
  expect(revoked).toMatchObject({ status: 200, body: { id, status: 'revoked', revokedAt: expect.any(String) } });
  expect(await send('DELETE', `/${id}`)).toEqual(revoked);
});

it('knows no third live key, and neither unknown clusters nor their keys', async () => {
  await send('POST', '');
  const { id } = (await send('POST', '')).body.clusterKey;
  expect(await send('POST', '')).toMatchObject({ status: 409, body: { code: 'TOO_MANY_KEYS' } });
  clusterId = randomUUID();
  for (const answer of [
    await api.get(`/v1/clusters/${clusterId}/keys`),
    await send('POST', ''),
    await send('POST', `/${id}/rotate`),
    await send('DELETE', `/${id}`),
  ])
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect((await api.get('/v1/clusters/east/keys')).status).toBe(400);
});

it('makes a key though the client says JSON and sends nothing, and refuses a body that nobody would read', async () => {
  const create = (payload: string) =>
    api.app.inject({
      method: 'POST',
      url: `/v1/clusters/${clusterId}/keys`,
      headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
      payload,
    });
  expect((await create('')).statusCode).toBe(201);
  const refused = await create('{"expiresInDays":1}');
  expect([refused.statusCode, refused.json().code]).toEqual([400, 'INVALID_REQUEST']);
  expect(refused.json().detail).toBe('this address takes no body');
  expect(await list()).toHaveLength(1);
});

it('says that a body is missing where one is needed', async () => {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/v1/clusters',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    payload: '',
  });
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_REQUEST']);
});
