import rateLimit from '@fastify/rate-limit';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from './caller.ts';

/** 100 a second: a page that a person looks at asks for ten things, and a program that asks for more is out of hand. */
export const REQUESTS_PER_MINUTE = 6_000;

const WINDOW_SECONDS = 60;

/** Callers, and addresses, counted at the same time, the least recent one forgotten first; each is 200 bytes. */
const COUNTED_MAX = 10_000;

/** Counts a request, and refuses it with RATE_LIMITED when there were too many in the minute. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export type RequestLimits = {
  /** By caller; a person's tokens count together. */
  readonly countCaller: CountRequest;
  /**
   * By address (IPv6: its network of 64 bits), for requests of nobody that we know. It refuses only those: behind a
   * proxy everybody has the same address, and somebody who guesses tokens must not lock out the others.
   */
  readonly countStranger: CountRequest;
};

/**
 * Limits what each caller, and each address that proves to be nobody, may ask of one process in a minute.
 *
 * A refusal says when to come back, in `Retry-After` and in the headers of draft-ietf-httpapi-ratelimit-headers-10.
 * Other answers say nothing about it: that would be a promise to keep.
 */
export async function limitRequests(scope: HttpApp, requestsPerMinute: number): Promise<RequestLimits> {
  await scope.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: WINDOW_SECONDS * 1_000,
    cache: COUNTED_MAX,
  });
  const createCount = (check: ReturnType<typeof scope.createRateLimit>): CountRequest => {
    return async (request, reply) => {
      const state = await check(request);
      if (state.isAllowed || !state.isExceeded) return;
      const retryAfterSeconds = Math.max(1, state.ttlInSeconds);
      reply.headers({
        'ratelimit-policy': `"requests";q=${requestsPerMinute};w=${WINDOW_SECONDS}`,
        ratelimit: `"requests";r=0;t=${retryAfterSeconds}`,
      });
      throw new RequestError('RATE_LIMITED', `at most ${requestsPerMinute} requests a minute`, { retryAfterSeconds });
    };
  };
  return {
    countCaller: createCount(scope.createRateLimit({ keyGenerator: ({ caller }) => keyOf(caller) })),
    // Without a generator of its own the key is the address.
    countStranger: createCount(scope.createRateLimit({})),
  };
}

/** With the prefix no id of a person, whatever it is, counts as the service role. */
function keyOf(caller: Caller): string {
  return caller.kind === 'service_role' ? caller.kind : `person ${caller.userId}`;
}
