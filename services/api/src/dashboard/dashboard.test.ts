import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createPool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { createTestApp } from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** No test here asks the database. */
const pool = createPool({ url: 'postgres://nobody@127.0.0.1:1/none', connectionsMax: 1, onIdleError: () => undefined });

const PAGE = '<!doctype html><title>the page</title>';

let directory: string;
let app: HttpApp;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-page-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, 'icon.svg'), '<svg/>');
  await writeFile(join(directory, 'assets', 'index-abc123.js'), 'export {};');
  await writeFile(join(directory, 'assets', 'index-abc123.js.gz'), gzipSync('export {};'));
  await writeFile(join(directory, 'secret.txt'), 'secret');
  app = await createTestApp(pool, [], { dashboard: { directory, clientId: undefined } });
});

afterAll(async () => {
  await app?.close();
  await pool.end();
  await rm(directory, { recursive: true });
});

describe('the page', () => {
  it.each([
    '/',
    '/?x=1',
    '/accounts?month=2026-11',
    '/accounts/auth0%7Cada',
    '/accounts/auth0%7Cada/statements/2026-11',
    '/events',
    '/events/a%2Fb%25?source=urn%3Ax',
    `/events/${'x'.repeat(256)}`,
    '/parked',
    '/comparison',
    '/prices',
    '/months/2026-11',
    '/clusters/new',
    '/coverage',
    '/operations/audit-log',
    '/usage',
    '/sign-in?code=x&state=y',
  ])('is there at %s, compared each time', async (url) => {
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.body]).toEqual([200, PAGE]);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect((await app.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } })).statusCode).toBe(304);
  });

  it('runs only what comes from here, and talks to nobody else', async () => {
    const policy = String((await app.inject('/')).headers['content-security-policy']);
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(policy).not.toContain('unsafe');
  });

  it('has files that never change, and files that may', async () => {
    const asset = await app.inject('/assets/index-abc123.js');
    expect([asset.statusCode, asset.body]).toEqual([200, 'export {};']);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toMatch(/javascript/);
    expect(asset.headers['x-content-type-options']).toBe('nosniff');
    const small = await app.inject({ url: '/assets/index-abc123.js', headers: { 'accept-encoding': 'gzip, br' } });
    expect([small.headers['content-encoding'], gunzipSync(small.rawPayload).toString()]).toEqual([
      'gzip',
      'export {};',
    ]);
    expect(small.headers.vary).toMatch(/accept-encoding/i);
    expect((await app.inject('/icon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it.each(['/nothing/here', '/v1/nothing', '/parked/x'])('tells a browser that there is nothing at %s', async (url) => {
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const answer = await app.inject({ url, headers });
    expect([answer.statusCode, answer.body]).toEqual([404, PAGE]);
    const change = await app.inject({ url, headers, method: 'POST' });
    expect([change.statusCode, change.headers['content-type']]).toEqual([404, 'application/problem+json']);
  });

  it.each([
    '/assets/missing.js',
    '/assets/',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/secret.txt',
    '/index.html',
    '/nothing',
    '/v1/nothing',
    '/api/nothing',
    '/accountsx',
    '/dashboard/nothing',
  ])('is not at %s, which stays a problem', async (url) => {
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(answer.body).not.toBe('secret');
  });

  it('leaves the other addresses to whom they belong', async () => {
    expect((await app.inject('/livez')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/openapi.json')).headers['content-type']).toMatch(/json/);
    expect((await app.inject('/docs')).body).toContain('swagger');
    expect((await app.inject('/v1/accounts')).statusCode).toBe(401);
    expect((await app.inject({ method: 'POST', url: '/parked' })).json().code).toBe('METHOD_NOT_ALLOWED');
  });

  it('says that it was not built, in words', async () => {
    const bare = await createTestApp(pool, [], {
      dashboard: { directory: join(directory, 'none'), clientId: undefined },
    });
    const answer = await bare.inject('/accounts');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(answer.body).toContain('npm run build');
    expect((await bare.inject('/livez')).statusCode).toBe(200);
    await bare.close();
  });
});

describe('how people sign in', () => {
  const people = { issuer: 'https://tenant.example/', audience: 'https://hopsmeter.example/api' };
  const signInOf = async (options: Parameters<typeof createTestApp>[2]) => {
    const asked = await createTestApp(pool, [], options);
    const answer = await asked.inject('/dashboard/sign-in.json');
    const policy = String((await asked.inject('/')).headers['content-security-policy']);
    await asked.close();
    expect(answer.headers['cache-control']).toBe('no-store');
    return { offer: answer.json(), policy };
  };

  it('is told to the page without a token, and the page may talk to the issuer', async () => {
    const { offer, policy } = await signInOf({ people, dashboard: { directory, clientId: 'page' } });
    expect(offer).toEqual({ kind: 'auth0', issuer: people.issuer, audience: people.audience, clientId: 'page' });
    expect(policy).toContain("connect-src 'self' https://tenant.example;");
  });

  it('is not at all where it is not configured', async () => {
    for (const options of [{}, { people }])
      expect((await signInOf({ ...options, dashboard: { directory, clientId: undefined } })).offer).toEqual({
        kind: 'none',
      });
  });
});
