import { createPool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { routesOf } from '@hopsmeter/test/support/api/routes-of.ts';
import {
  createTestApp,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What answers with a file and not with JSON. */
const FILES = ['GET /v1/exports/focus'];

const ADDRESSES = ['/v1/accounts', '/v1/accounts/auth0|x/totals?from=2026-11-01&to=2026-11-02', '/v1/pipeline'];

const authorization = `Bearer ${TEST_KEY}`;

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(async () => {
  await api?.close();
});

describe('without the key', () => {
  it.each(ADDRESSES)('%s answers nothing', async (url) => {
    for (const authorization of [undefined, 'Bearer wrong', `Basic ${TEST_KEY}`])
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await api.app.inject({
          method,
          url,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toBe(
          authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
        );
        if (method === 'GET') expect(answer.json().code).toBe('UNAUTHENTICATED');
      }
  });

  it('does not even say what is wrong with the parameters', async () => {
    expect((await api.app.inject('/v1/accounts?limit=0')).statusCode).toBe(401);
  });

  it('serves health, metrics and the documentation', async () => {
    for (const url of ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/static/swagger-ui-bundle.js'])
      expect((await api.app.inject(url)).statusCode, url).toBe(200);
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/v1/nothing', 404, 'NOT_FOUND'],
    ['GET', '/docs/static/nothing.js', 404, 'NOT_FOUND'],
    ['GET', '/docs/static/..%2f..%2fpackage.json', 404, 'NOT_FOUND'],
    ['POST', '/v1/accounts', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/v1/accounts/auth0%7Cx/totals', 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', '/v1/accounts', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/accounts/%zz/totals', 400, 'INVALID_REQUEST'],
  ] as const)('%s %s is a problem', async (method, url, status, code) => {
    const answer = await api.app.inject({ method, url, headers: { authorization, origin: 'https://evil.example' } });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

it('sends security headers and no leave for other origins', async () => {
  const { headers } = await api.app.inject({
    url: '/v1/accounts',
    headers: { authorization, origin: 'https://evil.example' },
  });
  expect(headers).toMatchObject({
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

describe('when the database', () => {
  const answers = async (app: HttpApp) =>
    Promise.all(ADDRESSES.map((url) => app.inject({ url, headers: { authorization } })));

  it('is away, it says when to come back', async () => {
    const pool = createPool({
      url: 'postgres://secretuser:secretpassword@127.0.0.1:1/secretdatabase',
      connectionsMax: 1,
      onIdleError: () => undefined,
    });
    const log: string[] = [];
    const app = await createTestApp(pool, log);
    for (const answer of await answers(app)) {
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'NOT_READY']);
      expect(answer.headers['retry-after']).toBe('2');
      expect(answer.body).not.toMatch(/secret|127\.0\.0\.1|ECONNREFUSED/);
    }
    expect(log.join('')).toContain('ECONNREFUSED');
    expect(log.join('')).not.toContain('secretpassword');
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect((await app.inject('/livez')).statusCode).toBe(200);
    await app.close();
    await pool.end();
  });

  it('lacks its tables, it tells nobody but the log', async () => {
    const empty = await startTestApi({ withTables: false });
    for (const answer of await answers(empty.app)) {
      expect([answer.statusCode, answer.json().code]).toEqual([500, 'INTERNAL']);
      expect(answer.body).not.toMatch(/usage_|relation|select/);
    }
    expect(empty.log.join('')).toContain('usage_batches');
    expect((await empty.app.inject('/readyz')).statusCode).toBe(503);
    await empty.close();
  });
});

describe('the OpenAPI document', () => {
  let document: Json;

  beforeAll(async () => {
    document = (await api.app.inject('/openapi.json')).json();
  });

  /** Every operation with its route, as `GET /v1/accounts/{id}/totals`. */
  const operations = (): [string, Json][] =>
    Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]): [string, Json] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );

  it('is of version 3.1 and lists each route', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const routes = routesOf(api.app).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(
      operations()
        .map(([route]) => route)
        .sort(),
    ).toEqual(routes.sort());
  });

  it('describes every operation, parameter and answer', () => {
    const operationIds = new Set<string>();
    for (const [route, { operationId, summary, description, parameters = [], responses }] of operations()) {
      for (const text of [operationId, summary, description]) expect(text, route).toEqual(expect.any(String));
      operationIds.add(operationId);
      const named = parameters.filter((parameter: Json) => parameter.in === 'path').map(({ name }: Json) => name);
      expect(named).toEqual([...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      for (const { name, description: text, schema } of parameters)
        expect([route, name, text, schema.type]).toEqual([
          route,
          name,
          expect.any(String),
          expect.stringMatching(/^(string|integer|array)$/),
        ]);
      const statuses = Object.keys(responses);
      expect(statuses, route).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
      expect(
        statuses.some((status) => status.startsWith('2')),
        route,
      ).toBe(true);
      for (const [status, { description: text, content }] of Object.entries<Json>(responses)) {
        expect(text).toEqual(expect.any(String));
        // A file is described by its content types alone.
        if (status === '200' && FILES.includes(route)) continue;
        const type = status.startsWith('2') ? 'application/json' : 'application/problem+json';
        expect(Object.keys(content), `${route} ${status}`).toContain(type);
        const reference = { $ref: expect.stringMatching(/^#\/components\/schemas\//) };
        expect(content[type].schema, `${route} ${status}`).toEqual(reference);
      }
    }
    expect(operationIds.size).toBe(operations().length);
  });

  it('asks for a token everywhere', () => {
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(document.security).toEqual([{ bearer: [] }]);
    for (const [, operation] of operations()) expect(operation.security).toBeUndefined();
  });

  it('refers to nothing that is missing', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, name = ''] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('holds an amount as text', () => {
    for (const name of ['Money', 'Exact']) expect(document.components.schemas[name].type).toBe('string');
  });
});

it('shows the documentation with nothing from other hosts', async () => {
  const page = await api.app.inject('/docs');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
  expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(page.body).not.toMatch(/<script[^>]*>[^<\s]/);
  for (const [, url = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
    expect((await api.app.inject(url)).statusCode, url).toBe(200);
});
