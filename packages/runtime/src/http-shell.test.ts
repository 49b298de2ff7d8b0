import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestError } from '@hopsmeter/usage';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createLogger } from './create-logger.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpShell, type HttpShell, type HttpShellOptions } from './http-shell.ts';

let shell: HttpShell | undefined;
let log: string[] = [];

async function createShell(options: Partial<HttpShellOptions> = {}): Promise<HttpShell> {
  const logger = createLogger({ name: 'test', destination: { write: (line) => log.push(line) } });
  log = [];
  shell = await createHttpShell({ logger, registry: createRegistry({ withProcess: false }), checks: {}, ...options });
  shell.app.get('/throw', async () => {
    throw new Error('password=hunter2');
  });
  shell.app.get('/busy', async () => {
    throw new RequestError('BACKPRESSURE', 'later', { retryAfterSeconds: 5.2 });
  });
  shell.app.get('/key', async () => {
    throw new RequestError('UNAUTHENTICATED');
  });
  shell.app.post('/things/:id', { schema: { body: z.object({ n: z.number() }) } }, async (request) => request.body.n);
  return shell;
}

afterEach(async () => {
  await shell?.app.close();
});

describe('errors', () => {
  it.each([
    ['GET', '/nothing', undefined, 404, 'NOT_FOUND'],
    ['DELETE', '/things/a%20b', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/throw', undefined, 500, 'INTERNAL'],
    ['GET', '/busy', undefined, 503, 'BACKPRESSURE'],
    ['GET', '/key', undefined, 401, 'UNAUTHENTICATED'],
    ['POST', '/things/1', '{', 400, 'INVALID_JSON'],
    ['POST', '/things/1', '{"__proto__":{"a":1}}', 400, 'INVALID_JSON'],
    ['POST', '/things/1', '{"n":"1"}', 400, 'INVALID_REQUEST'],
    ['POST', '/things/1', `{"n":"${'1'.repeat(2_000)}"}`, 413, 'BODY_TOO_LARGE'],
  ] as const)('%s %s is a problem', async (method, url, payload, status, code) => {
    const { app } = await createShell({ bodyLimit: 1_000 });
    const headers = { 'x-request-id': 'r-1', 'content-type': 'application/json' };
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      type: `urn:hopsmeter:error:${code}`,
      status,
      code,
      title: expect.any(String),
      instance: 'urn:request:r-1',
    });
    expect(answer.statusCode).toBe(status);
  });

  it('never tells internals, but logs them without secrets under the id that the client was told', async () => {
    const { app } = await createShell();
    const answer = await app.inject({ url: '/throw', headers: { 'x-request-id': 'r-2' } });
    expect(answer.body).not.toContain('hunter2');
    expect(log.join('')).toContain('"requestId":"r-2"');
  });

  it('says when to come back and how to authenticate', async () => {
    const { app } = await createShell();
    expect((await app.inject('/busy')).headers['retry-after']).toBe('6');
    expect((await app.inject('/key')).headers['www-authenticate']).toBe('Bearer');
  });

  it('names the methods that an address takes', async () => {
    const { app } = await createShell();
    expect((await app.inject({ method: 'PUT', url: '/things/1' })).headers.allow).toBe('POST');
  });

  it('names what is wrong in a body', async () => {
    const { app } = await createShell();
    const answer = await app.inject({ method: 'POST', url: '/things/1', payload: { n: 'x' } });
    expect(answer.json().errors).toEqual([{ pointer: '/n', detail: expect.stringContaining('body: ') }]);
  });

  it('refuses other content types', async () => {
    const { app } = await createShell();
    const headers = { 'content-type': 'text/csv' };
    const answer = await app.inject({ method: 'POST', url: '/things/1', headers, payload: 'n\n1' });
    expect(answer.json().code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('answers an address that is no URL', async () => {
    const { app } = await createShell();
    expect((await app.inject('/things/%zz')).json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it('answers what is not HTTP with a problem and closes', async () => {
    const { app } = await createShell();
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('urn:hopsmeter:error:INVALID_REQUEST');
  });
});

describe('request ids', () => {
  it('keeps and echoes a sane one, replaces any other', async () => {
    const { app } = await createShell();
    const echo = async (id: string) =>
      (await app.inject({ url: '/livez', headers: { 'x-request-id': id } })).headers['x-request-id'];
    expect(await echo('abc-1')).toBe('abc-1');
    expect(await echo('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await echo('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('health', () => {
  it('is ready while every check succeeds, and says which one does not', async () => {
    let ok = true;
    const { app } = await createShell({
      checks: {
        redis: () => ({ ok, detail: ok ? 'connected' : 'away' }),
        broken: async () => (ok ? { ok } : Promise.reject(new Error('postgres://u:p@h'))),
      },
    });
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json().status]).toEqual([200, 'ready']);
    ok = false;
    const not = await app.inject('/readyz');
    expect(not.statusCode).toBe(503);
    expect(not.json()).toEqual({
      status: 'not_ready',
      checks: { redis: { ok: false, detail: 'away' }, broken: { ok: false, detail: 'the check failed' } },
    });
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  it('is not ready while draining, but still answers', async () => {
    const { app, startDraining } = await createShell();
    startDraining();
    expect((await app.inject('/readyz')).json().status).toBe('draining');
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  it('serves metrics of requests by route', async () => {
    const { app } = await createShell();
    await app.inject({ method: 'PUT', url: '/things/77' });
    await app.inject('/busy');
    const { body } = await app.inject('/metrics');
    expect(body).toContain('http_requests_total{method="GET",route="/busy",status="503"} 1');
    expect(body).not.toContain('/things/77');
  });
});

it('sends security headers with every answer', async () => {
  const { app } = await createShell();
  for (const url of ['/livez', '/nothing', '/throw'])
    expect((await app.inject(url)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
});

it('asks browsers to stay with https only where the proxy says that it is', async () => {
  const { app } = await createShell();
  const ask = async (headers: Readonly<Record<string, string>>) =>
    (await app.inject({ url: '/livez', headers })).headers['strict-transport-security'];
  expect(await ask({ 'x-forwarded-proto': 'https' })).toBe('max-age=31536000');
  expect(await ask({ 'x-forwarded-proto': 'HTTPS, http' })).toBe('max-age=31536000');
  expect(await ask({ 'x-forwarded-proto': 'http' })).toBeUndefined();
  expect(await ask({})).toBeUndefined();
});

it('describes its routes as OpenAPI 3.1', async () => {
  const { app } = await createShell({ openapi: { title: 'T', version: '1', description: 'D', bearer: 'a key' } });
  const document = (await app.inject('/openapi.json')).json();
  expect(document.openapi).toBe('3.1.1');
  expect(Object.keys(document.paths)).toEqual(['/throw', '/busy', '/key', '/things/{id}']);
});

describe('closing', () => {
  const closeGraceMs = 200;

  it.each([
    ['has sent nothing', ''],
    ['stands still within its headers', 'POST /things/1 HTTP/1.1\r\nhost: a\r\n'],
    [
      'stands still within its body',
      'POST /things/1 HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"n"',
    ],
  ])('does not wait for a sender that %s', async (_name, bytes) => {
    const { app } = await createShell({ closeGraceMs });
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(bytes);
    await delay(50);
    const end = vi.spyOn(app.server, 'closeAllConnections');
    await app.close();
    // Not Node's own timeouts, which are much longer.
    expect(end).toHaveBeenCalledOnce();
    socket.destroy();
  });

  it('answers a request in flight first', async () => {
    const { app } = await createShell({ closeGraceMs: 5_000 });
    const begun = new Promise<void>((resolve) => {
      app.get('/slow', () => {
        resolve();
        return delay(300, 'done');
      });
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = fetch(`${url}/slow`);
    await begun;
    await app.close();
    expect(await (await answer).text()).toBe('done');
  });
});
