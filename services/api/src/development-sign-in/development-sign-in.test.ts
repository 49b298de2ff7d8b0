import { schema } from '@hopsmeter/db';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiApp } from '../app.ts';
import { createDevelopmentSignIn } from './create-development-sign-in.ts';

const START = Date.parse('2026-11-22T14:00:00Z') * 1_000;

let api: TestApi;
let nowMicros = START;
let stop: () => Promise<void>;
let inject: Awaited<ReturnType<typeof createApiApp>>['app']['inject'];
const log: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
  await api.tables.insert(schema.users).values([
    { id: 'auth0|ada', name: 'Ada' },
    { id: 'auth0|bo', email: 'bo@example.com' },
  ]);
  await api.tables.insert(schema.users).values({ id: 'auth0|cy', name: 'Cy', accountOwnerId: 'auth0|ada' });
  const now = () => nowMicros;
  const { app } = await createApiApp({
    pool: api.pool,
    logger: createLogger({ name: 'api', destination: { write: (line) => log.push(line) } }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: TEST_KEY,
    dashboard: { directory: '/nowhere', clientId: undefined },
    developmentSignIn: await createDevelopmentSignIn(api.pool, now),
    now,
  });
  inject = app.inject.bind(app);
  stop = () => app.close();
});

afterAll(async () => {
  await stop?.();
  await api?.close();
});

const signIn = (id: unknown, host = '127.0.0.1:4000') =>
  inject({ method: 'POST', url: '/dashboard/development-sign-in', headers: { host }, payload: { id } });

const askAs = async (id: string, url: string) => {
  const { accessToken } = (await signIn(id)).json();
  return inject({ url, headers: { authorization: `Bearer ${accessToken}` } });
};

describe('the development sign-in', () => {
  it('offers somebody of each kind', async () => {
    const { kind, people } = (await inject('/dashboard/sign-in.json')).json();
    expect(kind).toBe('development');
    expect(people.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
      ['development|billing-admin', 'Billing admin'],
      ['development|billing-staff', 'Billing staff'],
      ['auth0|ada', 'Ada'],
      ['auth0|bo', 'bo@example.com'],
      ['auth0|cy', 'Cy'],
      ['development|newcomer', 'Newcomer'],
    ]);
  });

  it.each([
    ['development|billing-admin', 'staff', null, ['billing:read', 'billing:admin']],
    ['development|billing-staff', 'staff', null, ['billing:read']],
    ['auth0|ada', 'owner', 'Ada', []],
    ['auth0|bo', 'owner', 'bo@example.com', []],
    ['auth0|cy', 'member', 'Cy', []],
  ])('makes one %s', async (id, kind, name, permissions) => {
    expect((await askAs(id, '/v1/me')).json()).toEqual({ id, kind, name, permissions });
  });

  it('makes one a stranger, who can accept an invitation and nothing else', async () => {
    const answer = await askAs('development|newcomer', '/v1/me');
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN']);
  });

  it('gives nobody more than the person has', async () => {
    expect((await askAs('auth0|ada', '/v1/pipeline')).statusCode).toBe(403);
    expect((await askAs('development|billing-staff', '/v1/pipeline')).statusCode).toBe(200);
  });

  it('knows nobody who is not there', async () => {
    expect((await signIn('auth0|eve')).statusCode).toBe(404);
    for (const id of ['', 7, undefined]) expect((await signIn(id)).statusCode).toBe(400);
  });

  it('works on this machine only, whatever name points here', async () => {
    for (const host of ['localhost:4000', '[::1]:4000']) expect((await signIn('auth0|ada', host)).statusCode).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example:4000', '10.0.0.5:4000'])
      expect((await signIn('auth0|ada', host)).statusCode).toBe(403);
  });

  it('gives tokens that end after a quarter of an hour', async () => {
    const { accessToken, expiresAt } = (await signIn('auth0|ada')).json();
    expect(expiresAt).toBe('2026-11-22T14:15:00.000Z');
    const authorization = `Bearer ${accessToken}`;
    nowMicros = START + 899_000_000;
    expect((await inject({ url: '/v1/me', headers: { authorization } })).statusCode).toBe(200);
    nowMicros = START + 901_000_000;
    expect((await inject({ url: '/v1/me', headers: { authorization } })).statusCode).toBe(401);
    nowMicros = START;
  });

  it('takes no token of another process, nor one that was changed', async () => {
    const other = await createDevelopmentSignIn(api.pool, () => START);
    await expect(other.tokens.verify((await signIn('auth0|ada')).json().accessToken)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const [head = '', , signature = ''] = String((await signIn('auth0|ada')).json().accessToken).split('.');
    const claims = Buffer.from(JSON.stringify({ sub: 'x', permissions: ['billing:admin'], exp: 9e9 })).toString(
      'base64url',
    );
    const authorization = `Bearer ${head}.${claims}.${signature}`;
    expect((await inject({ url: '/v1/me', headers: { authorization } })).statusCode).toBe(401);
  });

  it('writes no token into the log', async () => {
    expect(log.join('')).not.toMatch(/eyJ/);
  });

  it('is not there unless it is asked for', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/dashboard/development-sign-in',
      payload: { id: 'auth0|ada' },
    });
    expect(answer.statusCode).toBe(404);
  });
});

it('the service role key is staff without a name of its own', async () => {
  expect((await api.get('/v1/me')).body).toEqual({
    id: null,
    kind: 'staff',
    name: 'Service role',
    permissions: ['billing:read', 'billing:admin'],
  });
});
