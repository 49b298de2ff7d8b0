import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { type HttpApp, isNavigation } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import type { FastifyReply } from 'fastify';
import { pagePolicy } from './page-policy.ts';

export type DashboardOptions = {
  /** The built page: `services/dashboard/dist`. */
  readonly directory: string;
  /** Where people sign in; the page may talk to it. */
  readonly issuer: string | undefined;
};

/** The addresses of the page's views; each is answered with the same document, which then shows the view. */
const VIEWS = [
  '/',
  ...['accounts', 'events', 'prices', 'months', 'clusters', 'operations'].flatMap((noun) => [`/${noun}`, `/${noun}/*`]),
  ...['parked', 'comparison', 'coverage', 'usage', 'invites/accept', 'sign-in'].map((noun) => `/${noun}`),
];

/** The names of built files hold a hash of what is in them, so a name never means something else. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Kept, but compared each time: a new version of the page is seen at once. */
const COMPARED = 'no-cache';

const NOT_BUILT = `The page was not built, so there is nothing to show here.

Build it with: npm run build
The api itself works; its documentation is at /docs.
`;

/**
 * Serves the dashboard's page. A browser that asks for an unknown address gets it too, with 404, and it says that there
 * is nothing; everybody else gets a problem.
 */
export async function addDashboard(app: HttpApp, { directory, issuer }: DashboardOptions): Promise<void> {
  const policy = pagePolicy(issuer);
  const isBuilt = existsSync(join(directory, 'index.html'));
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, { root: directory, serve: false, cacheControl: false, decorateReply: true });
    const sendFile = (reply: FastifyReply, name: string, cacheControl: string) =>
      reply.header('content-security-policy', policy).header('cache-control', cacheControl).sendFile(name);
    for (const url of VIEWS)
      scope.get(url, { schema: { hide: true } }, (_request, reply) =>
        isBuilt
          ? sendFile(reply, 'index.html', COMPARED)
          : reply.code(404).header('content-type', 'text/plain; charset=utf-8').send(NOT_BUILT),
      );
    scope.setNotFoundHandler((request, reply) => {
      if (!isBuilt || !isNavigation(request)) throw new RequestError('NOT_FOUND');
      return sendFile(reply.code(404), 'index.html', COMPARED);
    });
    if (!isBuilt) return;
    scope.get('/icon.svg', { schema: { hide: true } }, (_request, reply) => sendFile(reply, 'icon.svg', COMPARED));
    await scope.register(fastifyStatic, {
      root: join(directory, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      cacheControl: false,
      index: false,
      // A folder is no file; it would be answered as forbidden.
      allowedPath: (path) => !path.endsWith('/'),
      schemaHide: true,
      preCompressed: true,
      setHeaders: (reply) => {
        reply.header('cache-control', FOREVER).header('content-security-policy', policy);
      },
    });
  });
}
