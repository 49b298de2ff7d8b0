import { type ErrorKind, REQUEST_ERRORS, RequestError, type RequestErrorCode } from '@hopsmeter/usage';
import type { FastifyReply } from 'fastify';

const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** One thing that is wrong inside a request. `index` and `id` name the event, `pointer` (RFC 6901) the place in it. */
export type ProblemItem = {
  readonly index?: number;
  readonly id?: string;
  readonly code?: string;
  readonly pointer?: string;
  readonly detail: string;
  /** When the same may be sent again, RFC 3339 by our clock, and in how many seconds; only where that helps. */
  readonly retryAt?: string;
  readonly retryAfterSeconds?: number;
};

/** An RFC 9457 problem. `type` is a stable URN of the code; `instance` names the request in our logs. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: RequestErrorCode;
  readonly errors?: readonly ProblemItem[];
};

const STATUSES: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  timeout: 408,
  too_large: 413,
  unsupported: 415,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};

/** The HTTP status of an error code. */
export function statusOf(code: RequestErrorCode): number {
  return STATUSES[REQUEST_ERRORS[code].kind];
}

/** Turns an error that a client may see into its problem. */
export function toProblem(error: RequestError, requestId: string, errors?: readonly ProblemItem[]): Problem {
  return {
    type: `urn:hopsmeter:error:${error.code}`,
    title: REQUEST_ERRORS[error.code].title,
    status: statusOf(error.code),
    // Always there: clients of other people print it, and print "undefined" without.
    detail: error.detail ?? REQUEST_ERRORS[error.code].title,
    instance: `urn:request:${requestId}`,
    code: error.code,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Answers a request with a problem, with Retry-After and WWW-Authenticate where the code calls for them. */
export function sendProblem(reply: FastifyReply, error: RequestError, errors?: readonly ProblemItem[]): FastifyReply {
  const problem = toProblem(error, reply.request.id, errors);
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  // Serialised here: a route's response schema is for its answers, not for its problems.
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .serializer(String)
    .send(JSON.stringify(problem));
}

/** The parts of a framework's error that tell what went wrong. */
export type FrameworkError = { readonly code?: unknown; readonly statusCode?: unknown; readonly message: string };

const CODES_BY_FRAMEWORK_CODE: Readonly<Record<string, RequestErrorCode>> = {
  FST_ERR_VALIDATION: 'INVALID_REQUEST',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_JSON',
};

const CODES_BY_STATUS: Readonly<Record<number, RequestErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
};

/**
 * Translates whatever a handler threw. A client's mistake that the framework found keeps its meaning; everything else
 * is INTERNAL, without its message.
 */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const { code, statusCode, message } = readFrameworkError(error);
  const known = typeof code === 'string' ? CODES_BY_FRAMEWORK_CODE[code] : undefined;
  if (known !== undefined) return new RequestError(known, undefined, { cause: error });
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500)
    return new RequestError('INTERNAL', undefined, { cause: error });
  const byStatus = CODES_BY_STATUS[statusCode];
  if (byStatus !== undefined) return new RequestError(byStatus, undefined, { cause: error });
  const isFrameworks = typeof code === 'string' && code.startsWith('FST_');
  return new RequestError('INVALID_REQUEST', isFrameworks ? message : undefined, { cause: error });
}

function readFrameworkError(error: unknown): FrameworkError {
  if (!(error instanceof Error)) return { message: '' };
  return {
    code: 'code' in error ? error.code : undefined,
    statusCode: 'statusCode' in error ? error.statusCode : undefined,
    message: error.message,
  };
}
