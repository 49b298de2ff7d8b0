import { schema } from '@hopsmeter/db';
import { addCluster, addUsage, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await api.tables.insert(schema.users).values([{ id: 'auth0|ada' }]);
});
afterAll(() => api?.close());

const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  api.app.inject({ method, url, headers: { authorization: `Bearer ${TEST_KEY}`, ...headers } });

describe.each([
  '/v1/accounts?month=2026-11',
  '/v1/accounts/auth0%7Cada/totals?from=2026-11-01&to=2026-12-01',
  '/v1/totals?from=2026-11-01&to=2026-12-01&groupBy=day',
  '/v1/usage-daily?from=2026-11-01&to=2026-12-01',
])('%s', (url) => {
  it('is 304 without a body for whoever has it, and 200 for others', async () => {
    const { statusCode, headers, body } = await ask(url);
    const tag = String(headers.etag);
    expect([statusCode, headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const again = await ask(url, { 'if-none-match': known });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', tag]);
      expect(again.headers['cache-control']).toBe('private, no-cache');
    }
    for (const other of ['"x"', tag.slice(1, -1), `"${tag}"`]) {
      const again = await ask(url, { 'if-none-match': other });
      expect([again.statusCode, again.body]).toEqual([200, body]);
    }
    expect((await ask(url, {}, 'HEAD')).headers.etag).toBe(tag);
  });
});

it('is another answer with another tag when usage is added', async () => {
  const url = '/v1/totals?from=2026-11-01&to=2026-12-01';
  const before = await ask(url);
  const cluster = await addCluster(api.tables, 'eu-1');
  await addUsage(api.tables, [{ day: '2026-11-01', owner: 'auth0|ada', cluster, quantity: '2' }]);
  const after = await ask(url, { 'if-none-match': String(before.headers.etag) });
  expect([after.statusCode, after.json().total]).toEqual([200, '0.70']);
});

it('problems are kept by nobody, and a caller who is refused is not told 304', async () => {
  const problem = await ask('/v1/totals?from=x&to=y');
  expect([problem.statusCode, problem.headers.etag, problem.headers['cache-control']]).toEqual([
    400,
    undefined,
    'no-store',
  ]);
  const refused = await ask('/v1/accounts', { authorization: 'Bearer x.y.z', 'if-none-match': '*' });
  expect(refused.statusCode).toBe(401);
});
