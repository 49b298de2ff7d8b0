import { createPool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { createTestApp, TEST_KEY } from '@hopsmeter/test/support/api/test-api.ts';
import { startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const PER_MINUTE = 3;

// Nothing is read: every request is refused for its parameters.
const pool = createPool({ url: 'postgres://127.0.0.1:1/none', connectionsMax: 1, onIdleError: () => undefined });

let issuer: TestIssuer;
let app: HttpApp;

beforeAll(async () => {
  issuer = await startTestIssuer();
});

beforeEach(async () => {
  await app?.close();
  app = await createTestApp(pool, [], { people: issuer, requestsPerMinute: PER_MINUTE });
});

afterAll(async () => {
  await app?.close();
  await issuer?.close();
  await pool.end();
});

const ask = (token: string, url = '/v1/accounts?limit=0') =>
  app.inject({ url, headers: { authorization: `Bearer ${token}` } });

it('lets a caller ask so often in a minute, over all addresses, and says when to come back', async () => {
  for (const url of ['/v1/accounts?limit=0', '/v1/pipeline?x=1', '/v1/accounts/x/totals'])
    expect((await ask(TEST_KEY, url)).statusCode).toBe(400);
  const answer = await ask(TEST_KEY);
  expect([answer.statusCode, answer.json().code]).toEqual([429, 'RATE_LIMITED']);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(answer.headers).toMatchObject({
    'ratelimit-policy': '"requests";q=3;w=60',
    ratelimit: `"requests";r=0;t=${answer.headers['retry-after']}`,
  });
});

it('counts each caller alone, whatever token they use', async () => {
  const claims = (sub: string, jti: string) => ({ sub, jti, permissions: ['billing:read'] });
  for (let count = 0; count < PER_MINUTE; count += 1) await ask(await issuer.sign(claims('auth0|a', `${count}`)));
  expect((await ask(await issuer.sign(claims('auth0|a', 'new')))).statusCode).toBe(429);
  expect((await ask(await issuer.sign(claims('auth0|b', 'new')))).statusCode).toBe(400);
  for (let count = 0; count <= PER_MINUTE; count += 1) await ask(await issuer.sign(claims('service_role', `${count}`)));
  expect((await ask(TEST_KEY)).statusCode).toBe(400);
});

describe('whoever proves nothing', () => {
  const askFrom = (remoteAddress: string, headers: Readonly<Record<string, string>> = {}, query = '') =>
    app.inject({ url: `/v1/pipeline${query}`, headers, remoteAddress });
  const statusesFrom = async (remoteAddress: string, ...headers: Readonly<Record<string, string>>[]) => {
    const statuses: number[] = [];
    for (const each of headers) statuses.push((await askFrom(remoteAddress, each)).statusCode);
    return statuses;
  };
  const wrong = { authorization: 'Bearer wrong' };

  it('is counted by address, whatever they send, and told when to come back', async () => {
    expect(await statusesFrom('192.0.2.1', {}, wrong, { authorization: 'Basic x' })).toEqual([401, 401, 401]);
    const answer = await askFrom('192.0.2.1', { authorization: 'Bearer another' });
    expect([answer.statusCode, answer.json().code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers.ratelimit).toMatch(/^"requests";r=0;t=\d+$/);
    expect(await statusesFrom('192.0.2.2', wrong)).toEqual([401]);
  });

  it('is counted by network where one has addresses without end', async () => {
    expect(await statusesFrom('2001:db8::1', wrong, wrong, wrong)).toEqual([401, 401, 401]);
    expect(await statusesFrom('2001:db8::ffff:2', wrong)).toEqual([429]);
    expect(await statusesFrom('2001:db8:0:1::1', wrong)).toEqual([401]);
  });

  it('is counted with the token in the address too', async () => {
    for (const status of [400, 400, 400, 429])
      expect((await askFrom('192.0.2.3', {}, '?access_token=wrong')).statusCode).toBe(status);
  });

  it('locks out nobody who is behind the same proxy, and names no other address', async () => {
    for (let count = 0; count < 2 * PER_MINUTE; count += 1)
      await askFrom('192.0.2.4', { ...wrong, 'x-forwarded-for': `198.51.100.${count}` });
    expect((await askFrom('192.0.2.4', wrong)).statusCode).toBe(429);
    expect((await askFrom('192.0.2.4', { authorization: `Bearer ${TEST_KEY}` }, '?x=1')).statusCode).toBe(400);
  });
});

it('leaves health alone', async () => {
  for (let count = 0; count < 2 * PER_MINUTE; count += 1) expect((await app.inject('/livez')).statusCode).toBe(200);
});
