import { createHttpShell, createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from './caller.ts';
import { guardRoutes } from './guard-routes.ts';

const CALLERS: Readonly<Record<string, Caller>> = {
  owner: { kind: 'owner', userId: 'auth0|owner' },
  reader: { kind: 'staff', userId: 'auth0|staff', rights: 'read' },
};

let app: HttpApp | undefined;

afterEach(async () => {
  await app?.close();
});

const UNLIMITED = { countCaller: async () => undefined, countStranger: async () => undefined };

/** An api with these routes, whose tokens are the names of callers. */
async function startWith(addRoutes: (scope: HttpApp) => void): Promise<HttpApp> {
  const shell = await createHttpShell({
    logger: createLogger({ name: 'test', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    checks: {},
  });
  app = shell.app;
  await shell.app.register(async (scope: HttpApp) => {
    guardRoutes(
      scope,
      async ({ headers: { authorization = '' }, query }) => {
        if (Object.hasOwn(Object(query), 'access_token')) throw new RequestError('INVALID_REQUEST');
        const caller = CALLERS[authorization.replace('Bearer ', '')];
        if (caller === undefined) throw new RequestError('UNAUTHENTICATED');
        return caller;
      },
      UNLIMITED,
    );
    addRoutes(scope);
  });
  return shell.app;
}

describe('a route is not added', () => {
  it('without saying who may call it', async () => {
    for (const method of ['get', 'post'] as const)
      await expect(startWith((scope) => scope[method]('/v1/x', async () => 'ok'))).rejects.toThrow(
        `${method.toUpperCase()} /v1/x does not say who may call it`,
      );
  });

  it('deep inside without saying it either', async () => {
    const starting = startWith((scope) => {
      scope.register(async (inner: HttpApp) => {
        inner.get('/v1/x', async () => 'ok');
      });
    });
    await expect(starting.then((started) => started.ready())).rejects.toThrow('does not say who may call it');
  });

  it('for the owner of an account that it never names', async () => {
    const config = { access: 'own-account' } as const;
    await expect(startWith((scope) => scope.get('/v1/x', { config }, async () => 'ok'))).rejects.toThrow(
      'GET /v1/x is for the owner of an account, but names none',
    );
  });
});

describe('a request', () => {
  const schema = { body: z.strictObject({ accountOwnerId: z.string(), size: z.number() }) };
  const start = () =>
    startWith((scope) => {
      scope.post('/v1/x', { schema, config: { access: 'own-account' } }, async ({ caller }) => caller.kind);
      scope.get('/v1/y', { config: { access: 'staff' } }, async () => 'ok');
    });
  const send = async (payload: unknown, name = 'owner') =>
    (await start()).inject({
      method: 'POST',
      url: '/v1/x',
      headers: { authorization: `Bearer ${name}`, 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });

  it('of an owner may name their account in the body', async () => {
    const answer = await send({ accountOwnerId: 'auth0|owner', size: 1 });
    expect([answer.statusCode, answer.body]).toEqual([200, 'owner']);
  });

  it('about another account is refused before it is told what is wrong with it', async () => {
    for (const body of [{ accountOwnerId: 'auth0|other', size: 1 }, { accountOwnerId: 'auth0|other' }, {}, null])
      expect((await send(body)).statusCode).toBe(403);
    expect((await send({ accountOwnerId: 'auth0|other' }, 'reader')).statusCode).toBe(400);
  });

  it('of nobody is refused before its body is read', async () => {
    const answer = await (await start()).inject({
      method: 'POST',
      url: '/v1/x',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(answer.statusCode).toBe(401);
  });

  it.each([
    [undefined, '/v1/y', 401, 'Bearer'],
    ['Bearer nobody', '/v1/y', 401, 'Bearer error="invalid_token"'],
    ['Bearer owner', '/v1/y', 403, 'Bearer error="insufficient_scope"'],
    ['Bearer reader', '/v1/y?access_token=reader', 400, 'Bearer error="invalid_request"'],
    ['Bearer reader', '/v1/y', 200, undefined],
  ])('with %s to %s is answered %i and a challenge', async (authorization, url, status, challenge) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await (await start()).inject({ url, headers });
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([status, challenge]);
    expect((await (await start()).inject({ method: 'HEAD', url, headers })).statusCode).toBe(status);
  });
});
