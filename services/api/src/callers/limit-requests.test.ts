import { createPool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, TEST_KEY } from '../testing/test-api.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';

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
});

it('counts each caller alone, whatever token they use, and nobody not at all', async () => {
  const claims = (sub: string, jti: string) => ({ sub, jti, permissions: ['billing:read'] });
  for (let count = 0; count < PER_MINUTE; count += 1) await ask(await issuer.sign(claims('auth0|a', `${count}`)));
  expect((await ask(await issuer.sign(claims('auth0|a', 'new')))).statusCode).toBe(429);
  expect((await ask(await issuer.sign(claims('auth0|b', 'new')))).statusCode).toBe(400);
  for (let count = 0; count <= PER_MINUTE; count += 1) await ask(await issuer.sign(claims('service_role', `${count}`)));
  expect((await ask(TEST_KEY)).statusCode).toBe(400);
  for (let count = 0; count < 2 * PER_MINUTE; count += 1) expect((await ask('wrong')).statusCode).toBe(401);
});

it('leaves health alone', async () => {
  for (let count = 0; count < 2 * PER_MINUTE; count += 1) expect((await app.inject('/livez')).statusCode).toBe(200);
});
