import { type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { recordUsage, type SeededDirectory, seedDirectory } from '@hopsmeter/test/support/db/test-database.ts';
import { parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';

let api: TestApi;
let seeded: SeededDirectory;

beforeAll(async () => {
  api = await startTestApi();
  seeded = await seedDirectory(api.pool);
});
afterAll(() => api?.close());

async function post(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' };
  const answer = await api.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
  return { status: answer.statusCode, body: answer.json() };
}

const set = (changes: object = {}) =>
  post('/v1/aliases', {
    clusterId: seeded.clusterId,
    alias: 'john1234',
    userId: seeded.memberId,
    reason: 'the admin of the cluster told us',
    ...changes,
  });

it('sets an alias once, lists it and ends it, each with who and why', async () => {
  const { status, body: alias } = await set();
  expect([status, alias]).toEqual([
    201,
    {
      id: expect.any(String),
      clusterId: seeded.clusterId,
      alias: 'john1234',
      userId: seeded.memberId,
      startedAt: null,
      endedAt: null,
    },
  ]);
  expect(await set()).toEqual({ status: 200, body: alias });
  expect(await set({ userId: seeded.otherId })).toMatchObject({ status: 409, body: { code: 'ALIAS_TAKEN' } });
  const ended = await post(`/v1/aliases/${alias.id}/end`, { at: '2026-11-20T00:00:00Z', reason: 'left' });
  expect(ended).toEqual({ status: 200, body: { ...alias, endedAt: '2026-11-20T00:00:00.000000Z' } });
  expect((await set({ userId: seeded.otherId })).status).toBe(201);
  const log = await api.get(`/v1/audit-log?entity=user_aliases&entityId=${alias.id}`);
  expect(log.body.entries).toMatchObject([
    { action: 'end_alias', reason: 'left', actorId: 'service-role' },
    { action: 'set_alias', reason: 'the admin of the cluster told us' },
  ]);
});

it('lists aliases by cluster, user and alias, page by page', async () => {
  await set({ alias: 'a/b%|ö', userId: seeded.ownerId });
  const all: Json[] = [];
  let url = '/v1/aliases?limit=1';
  while (url !== '') {
    const { body } = await api.get(url);
    all.push(...body.aliases);
    url = body.nextCursor === undefined ? '' : `/v1/aliases?limit=1&cursor=${body.nextCursor}`;
  }
  expect(all.map(({ alias }) => alias)).toEqual(['a/b%|ö', 'john1234', 'john1234']);
  const list = async (query: string) => (await api.get(`/v1/aliases?${query}`)).body.aliases;
  expect(await list(`alias=${encodeURIComponent('a/b%|ö')}`)).toMatchObject([{ userId: seeded.ownerId }]);
  expect(await list(`userId=${encodeURIComponent(seeded.otherId)}`)).toMatchObject([{ alias: 'john1234' }]);
  expect(await list(`clusterId=${seeded.emptyClusterId}`)).toEqual([]);
});

it('says in the receipt of usage that its user was named by an alias', async () => {
  await set({ alias: 'receipt1' });
  const window = { start: parseTime('2026-11-22T13:00:00Z') ?? 0, end: parseTime('2026-11-22T14:00:00Z') ?? 0 };
  await recordUsage(api.pool, [
    { id: 'by alias', clusterId: seeded.clusterId, subject: 'receipt1', quantity: '1', ...window },
  ]);
  const { body } = await api.get('/v1/events/by%20alias');
  expect(body.attributions).toMatchObject([
    {
      userId: seeded.memberId,
      attributedBy: 'alias',
      rule: expect.stringMatching(/^The event named the user .*auth0\|member.* by an alias of the cluster\. /),
    },
  ]);
  expect(body.said.subject).toBe(seeded.memberId);
});

it.each([
  [{ alias: '' }, 'INVALID_REQUEST'],
  [{ alias: '..' }, 'INVALID_REQUEST'],
  [{ alias: 'x'.repeat(256) }, 'INVALID_REQUEST'],
  [{ alias: 'a\u0000b' }, 'INVALID_REQUEST'],
  [{ reason: undefined }, 'INVALID_REQUEST'],
  [{ reason: ' ' }, 'INVALID_REQUEST'],
  [{ startedAt: 'yesterday' }, 'INVALID_REQUEST'],
  [{ startedAt: '2999-01-01T00:00:00Z' }, 'MOMENT_IN_FUTURE'],
  [{ userId: 'auth0|nobody' }, 'UNKNOWN_REFERENCE'],
  [{ clusterId: '00000000-0000-4000-8000-000000000000' }, 'UNKNOWN_REFERENCE'],
])('refuses to set an alias with %j', async (changes, code) => {
  expect(await set({ alias: 'refused1', ...changes })).toMatchObject({ status: 400, body: { code } });
  expect((await api.get('/v1/aliases?alias=refused1')).body.aliases).toEqual([]);
});
