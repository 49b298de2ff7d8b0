import rateLimit from '@fastify/rate-limit';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import type { Caller } from './caller.ts';

/** 100 a second: a page that a person looks at asks for ten things, and a program that asks for more is out of hand. */
export const REQUESTS_PER_MINUTE = 6_000;

/** Callers counted at the same time, the least recent one forgotten first; each is 200 bytes. */
const CALLERS_MAX = 10_000;

/** Headers on every answer would be a promise to keep; Retry-After on a refusal is all that a client needs. */
const HEADERS = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

/**
 * Limits what each caller may ask of one process in a minute; beyond it the answer is RATE_LIMITED. Add it after the
 * callers are known. Requests of nobody are refused before, and cost less than counting them.
 */
export async function limitRequests(scope: HttpApp, requestsPerMinute: number): Promise<void> {
  await scope.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    cache: CALLERS_MAX,
    keyGenerator: ({ caller }) => keyOf(caller),
    addHeaders: HEADERS,
    addHeadersOnExceeding: HEADERS,
    errorResponseBuilder: (_request, { ttl }) =>
      new RequestError('RATE_LIMITED', `at most ${requestsPerMinute} requests a minute`, {
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1_000)),
      }),
  });
}

/** With the prefix no id of a person, whatever it is, counts as the service role. */
function keyOf(caller: Caller): string {
  return caller.kind === 'service_role' ? caller.kind : `person ${caller.userId}`;
}
