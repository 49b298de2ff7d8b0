import type { FastifyRequest, RouteOptions } from 'fastify';
import { z } from 'zod';

/** The names under which a path, a query or a body names an account. */
const NAMES = ['accountOwnerId', 'account'] as const;

/** Below it the account is named by the path: `/v1/accounts/:id/totals`. */
const ACCOUNT_PATH = '/v1/accounts/:id';

type Named = Pick<FastifyRequest, 'params' | 'query' | 'body'> & {
  readonly routeOptions: { readonly url?: string | undefined };
};

/**
 * The account that a request names in its path, query or body; undefined when it names none, or not the same one
 * everywhere. Reads what was sent, before any schema changed it, so that a caller who may not ask does not learn what
 * is wrong with the question.
 */
export function accountNamedIn({ params, query, body, routeOptions }: Named): string | undefined {
  const named = new Set([params, query, body].flatMap((part) => NAMES.flatMap((name) => readOwn(part, name))));
  if (isBelowAccount(routeOptions.url)) for (const id of readOwn(params, 'id')) named.add(id);
  const [account] = named;
  return named.size === 1 && typeof account === 'string' ? account : undefined;
}

/** Whether requests of a route can name an account at all. */
export function canNameAccount({ url, schema }: Pick<RouteOptions, 'url' | 'schema'>): boolean {
  if (isBelowAccount(url) || NAMES.some((name) => url.split('/').includes(`:${name}`))) return true;
  return [schema?.querystring, schema?.body].some(
    (part) => part instanceof z.ZodObject && NAMES.some((name) => Object.hasOwn(part.shape, name)),
  );
}

function isBelowAccount(url = ''): boolean {
  return url === ACCOUNT_PATH || url.startsWith(`${ACCOUNT_PATH}/`);
}

function readOwn(part: unknown, name: string): unknown[] {
  return typeof part === 'object' && part !== null && Object.hasOwn(part, name) ? [Reflect.get(part, name)] : [];
}
