import type { HttpApp } from './http-app.ts';

/** How long a browser remembers what it was told; the longest that Chromium takes. */
const MAX_AGE_SECONDS = 7_200;

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** What a page may send beyond the headers that every page may. */
const ALLOWED_HEADERS = 'authorization, content-type, if-none-match, x-request-id';

/** What a page may read beyond the headers that every page may. */
const EXPOSED_HEADERS =
  'content-disposition, etag, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id';

/**
 * Lets the pages of other origins call from a browser. Cookies are never taken, so such a page needs a token of its
 * own.
 *
 * Not @fastify/cors: its route for OPTIONS matches every address, so that nothing would be 404 any more, and it answers
 * the preflights of everybody.
 *
 * @param origins exactly as browsers send them, such as `https://billing.example.com`. None: nothing is changed.
 */
export function addCors(app: HttpApp, origins: ReadonlySet<string>): void {
  if (origins.size === 0) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    if (request.method !== 'OPTIONS' || method === undefined || !isAllowed(origin)) {
      done();
      return;
    }
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': ALLOWED_METHODS,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': MAX_AGE_SECONDS,
      })
      .send();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { origin } = request.headers;
    // Also for the others: what was kept for one origin must not be taken for another.
    reply.header('vary', withOrigin(reply.getHeader('vary')));
    if (isAllowed(origin))
      reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS });
    done(null, payload);
  });

  function isAllowed(origin: string | undefined): origin is string {
    return origin !== undefined && origins.has(origin);
  }
}

function withOrigin(vary: unknown): string {
  return vary === undefined ? 'origin' : `${String(vary)}, origin`;
}
