import type { Socket } from 'node:net';
import { RequestError, type RequestErrorCode } from '@hopsmeter/usage';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Logger } from './create-logger.ts';
import type { HttpApp } from './http-app.ts';
import { isNavigation } from './is-navigation.ts';
import { type ProblemItem, sendProblem, statusOf, toProblem, toRequestError } from './problem.ts';

/** The same 503 is logged again after this time; how many there were is in the metrics. */
const REPEAT_AFTER_MS = 10_000;

/** Most validation problems told in one answer. */
const ITEMS_MAX = 100;

export type ErrorHandlingOptions = {
  /** Whether a browser that asks for an unknown page is left to the app's own not-found handler. */
  readonly hasPages: boolean;
  /** What an error of the process's own parts means to a client; undefined: nothing special. Default: no error does. */
  readonly describeError?: ((error: unknown) => RequestError | undefined) | undefined;
};

/** A 503 names what is away in its error; another 5xx is a fault of ours. */
const HINT = 'with a 503 check Postgres and Redis, with a 500 report the error; the client has the request id';

/** Answers every error as a problem and logs those that are ours, with the id that the client was told. */
export function addErrorHandling(app: HttpApp, logger: Logger, options: ErrorHandlingOptions): void {
  const { hasPages, describeError } = options;
  const routes: { readonly methods: readonly string[]; readonly pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), pattern: toPattern(url) });
  });
  const isWorthALine = createLogLimit();
  app.setErrorHandler((thrown, request, reply) => {
    const error = describeError?.(thrown) ?? toRequestError(thrown);
    if (statusOf(error.code) >= 500 && isWorthALine(error.code))
      logger.error(
        { err: thrown, requestId: request.id, code: error.code, route: request.routeOptions.url, hint: HINT },
        'request failed',
      );
    return sendProblem(reply, error, readItems(thrown));
  });
  // Decided before the body is read: what a wrong address was sent does not matter.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods));
    const methods = [...allowed].sort().join(', ');
    if (methods === '' && hasPages && isNavigation(request)) {
      done();
      return;
    }
    if (methods !== '') reply.header('allow', methods);
    done(methods === '' ? new RequestError('NOT_FOUND') : new RequestError('METHOD_NOT_ALLOWED', `use ${methods}`));
  });
}

/** A bug is always told; a dependency that is away fails thousands of requests a second with the same words. */
function createLogLimit(): (code: RequestErrorCode) => boolean {
  const quietUntil = new Map<RequestErrorCode, number>();
  return (code) => {
    const now = performance.now();
    if (code === 'INTERNAL') return true;
    if (now < (quietUntil.get(code) ?? 0)) return false;
    quietUntil.set(code, now + REPEAT_AFTER_MS);
    return true;
  };
}

/** A route's address as a pattern, to tell a wrong method (405) from a wrong address (404). */
function toPattern(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '.*')));
  return new RegExp(`^${parts.join('/')}$`);
}

function readItems(thrown: unknown): ProblemItem[] | undefined {
  if (!hasZodFastifySchemaValidationErrors(thrown)) return undefined;
  const place = thrown.validationContext ?? 'request';
  return thrown.validation.slice(0, ITEMS_MAX).map(({ instancePath, message }) => ({
    pointer: instancePath,
    detail: `${place === 'querystring' ? 'query' : place}: ${message ?? 'not valid'}`,
  }));
}

/** Answers what is no HTTP request or came too slowly; there is no request object yet, only the socket. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const problem = toProblem(
    new RequestError(isLate ? 'REQUEST_TIMEOUT' : 'INVALID_REQUEST', isLarge ? 'the headers are too large' : undefined),
    'unknown',
  );
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${isLate ? 'Request Timeout' : 'Bad Request'}\r\nconnection: close\r\n` +
      `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
