import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AccessNeed, checkAccess } from './access.ts';
import { type Authenticate, hasQueryToken } from './authenticate.ts';
import type { RequestLimits } from './limit-requests.ts';
import { accountNamedIn, canNameAccount } from './named-account.ts';

/**
 * Guards every route that is added to the scope afterwards: its caller is known before anything is read of the request,
 * has not asked too often, and is allowed before its parameters are looked at. What a route asks stands in its config:
 * `{ access: 'staff' }`.
 *
 * Adding a route throws when it does not say what it asks, or asks for the owner of an account that it never names.
 */
export function guardRoutes(scope: HttpApp, authenticate: Authenticate, limits: RequestLimits): void {
  scope.decorateRequest('caller');
  scope.addHook('onRoute', (route) => {
    const name = `${route.method} ${route.url}`;
    if (route.config?.access === undefined) throw new Error(`${name} does not say who may call it: add config.access`);
    if (route.config.access === 'own-account' && !canNameAccount(route))
      throw new Error(`${name} is for the owner of an account, but names none in its path, query or body`);
  });
  scope.addHook('onRequest', async (request, reply) => {
    try {
      request.caller = await authenticate(request);
    } catch (error) {
      // While the issuer is away nobody is known; that is no fault of the address.
      if (!isNotReady(error)) await limits.countStranger(request, reply);
      throw error;
    }
    await limits.countCaller(request, reply);
  });
  // Not earlier: a body can name the account.
  scope.addHook('preValidation', async (request) => {
    checkAccess(request.caller, needOf(request), accountNamedIn(request));
  });
  scope.addHook('onSend', async (request, reply) => {
    const challenge = challengeOf(request, reply);
    if (challenge !== undefined) reply.header('www-authenticate', challenge);
  });
}

function isNotReady(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'NOT_READY';
}

function needOf({ routeOptions }: FastifyRequest): AccessNeed {
  const need = routeOptions.config.access;
  // Registering it would have failed.
  if (need === undefined) throw new Error(`${routeOptions.url} does not say who may call it`);
  return need;
}

/** What a refusal says about how to get in, as RFC 6750 has it (section 3.1). */
function challengeOf({ headers, query }: FastifyRequest, { statusCode }: FastifyReply): string | undefined {
  if (statusCode === 400 && hasQueryToken(query)) return 'Bearer error="invalid_request"';
  // A request without any proof is not told what would be wrong with one.
  if (statusCode === 401) return headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  if (statusCode === 403) return 'Bearer error="insufficient_scope"';
  return undefined;
}
