import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { addCors } from './cors.ts';
import type { Logger } from './create-logger.ts';
import { addHealthRoutes, HEALTH_PATHS, type HealthCheck } from './health-routes.ts';
import type { HttpApp } from './http-app.ts';
import { addErrorHandling, answerClientError, type ErrorHandlingOptions } from './http-errors.ts';
import { addHttpMetrics } from './http-metrics.ts';
import { addOpenApi, type OpenApiOptions } from './openapi.ts';
import { sendProblem, toRequestError } from './problem.ts';
import { addRequestTurns } from './request-turns.ts';

export type HttpShellOptions = {
  readonly logger: Logger;
  /** The metrics of this process; `/metrics` serves them. */
  readonly registry: Registry;
  /** What `/readyz` asks, by name. */
  readonly checks: Readonly<Record<string, HealthCheck>>;
  /** Largest body in bytes; default 1 MiB. A route that reads its body itself has its own limit. */
  readonly bodyLimit?: number;
  /** Most open connections; default {@link CONNECTIONS_MAX}. */
  readonly connectionsMax?: number;
  /** The whole request must have arrived after this time; default {@link REQUEST_TIMEOUT_MS}. */
  readonly requestTimeoutMs?: number;
  /** What closing gives the requests in flight; default {@link CLOSE_GRACE_MS}. */
  readonly closeGraceMs?: number;
  /** Sent with every answer; a route that serves pages sets its own. Default: nothing may be loaded or framed. */
  readonly contentSecurityPolicy?: string;
  /** Origins whose pages may call from a browser, as `https://billing.example.com`. Default: none but our own. */
  readonly corsOrigins?: readonly string[];
  /** Leaves browsers that ask for an unknown page to the app's not-found handler. Default: they get a problem, too. */
  readonly hasPages?: boolean;
  /** See {@link ErrorHandlingOptions}. */
  readonly describeError?: ErrorHandlingOptions['describeError'];
  /** When given, `GET /openapi.json` describes the routes that are added afterwards. */
  readonly openapi?: OpenApiOptions;
};

export type HttpShell = {
  /** Add routes to it, then listen. Closing it finishes the requests in flight. */
  readonly app: HttpApp;
  /** `/readyz` says 503 from now on, so that a load balancer stops sending; requests are still answered. */
  startDraining(): void;
};

/** An idle connection costs 13 KB, so 5,000 cost 66 MB; a cluster needs one or two. */
const CONNECTIONS_MAX = 5_000;

/** 5 MiB in 30 s is 1.4 Mbit/s: a slower sender blocks memory that others need. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Headers fit one or two packets; only an attacker needs longer. */
const HEADERS_TIMEOUT_MS = 10_000;

/** How often Node looks for requests beyond their timeout; its default of 30 s would double them. */
const TIMEOUT_CHECK_MS = 5_000;

/** Node's own default, said here because the largest allowed Auth0 token and CloudEvents headers must fit. */
const HEADER_BYTES_MAX = 16_384;

/**
 * A request that has arrived is answered within 2 s by ingest and in milliseconds by the others. One that has not is
 * its sender's to send again: a sender that stands still must not use up the deadline of closing, which the steps after
 * this one need too.
 */
const CLOSE_GRACE_MS = 8_000;

/** Longer than the 60 s after which common load balancers drop an idle connection, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

const BODY_BYTES_DEFAULT = 1_048_576;

/** A caller's request id is kept when it can do no harm in a log, a header or a URN. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * Creates the HTTP side of a process: limits against slow and greedy senders, request ids, problem+json for every
 * error, health, metrics, security headers. It has no routes of its own beyond those and does not listen.
 */
export async function createHttpShell(options: HttpShellOptions): Promise<HttpShell> {
  const { logger, registry, checks } = options;
  const fastifyLogger: FastifyBaseLogger = logger;
  const app: HttpApp = Fastify({
    loggerInstance: fastifyLogger,
    // A line and a child logger per request cost more than the request itself; errors log their request's id.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    genReqId: readRequestId,
    // Auth0 user ids in paths: at most 255 characters, three times that when every one is percent-encoded.
    routerOptions: { maxParamLength: 765 },
    bodyLimit: options.bodyLimit ?? BODY_BYTES_DEFAULT,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // Requests that arrive on open connections while closing are answered with `connection: close`, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, toRequestError(error));
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  let isDraining = false;
  app.addHook('onClose', async () => {
    isDraining = true;
  });
  addRequestTurns(app, HEALTH_PATHS);
  endConnections(app, options.closeGraceMs ?? CLOSE_GRACE_MS);
  addSecurityHeaders(app, options.contentSecurityPolicy);
  // Before errors: a page of another origin may read these too, and a preflight has no route.
  addCors(app, new Set(options.corsOrigins));
  addErrorHandling(app, logger, { hasPages: options.hasPages ?? false, describeError: options.describeError });
  addHttpMetrics(app, registry);
  if (options.openapi !== undefined) await addOpenApi(app, options.openapi);
  addHealthRoutes(app, { registry, checks, isDraining: () => isDraining });
  return {
    app,
    startDraining() {
      isDraining = true;
    },
  };
}

/**
 * Closing waits for all connections. Those that answer a request of before are told to end with their answer: Node
 * would keep them for another one until the keep-alive timeout. Those on which a request has begun and does not come,
 * for which Node waits 30 s and more, are ended after the grace.
 */
function endConnections(app: HttpApp, graceMs: number): void {
  let isClosing = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    const grace = setTimeout(() => app.server.closeAllConnections(), graceMs);
    app.server.once('close', () => clearTimeout(grace));
    // A server that never listened has no end.
    grace.unref();
  });
}

function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function addSecurityHeaders(app: HttpApp, contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"): void {
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    if (isEncrypted(request.headers)) reply.header('strict-transport-security', 'max-age=31536000');
    done();
  });
}

/** As the proxy that ends TLS says it. RFC 6797 (7.2) forbids to ask for TLS where there is none. */
function isEncrypted({ 'x-forwarded-proto': protocol }: IncomingMessage['headers']): boolean {
  return typeof protocol === 'string' && protocol.split(',', 1)[0]?.trim().toLowerCase() === 'https';
}
