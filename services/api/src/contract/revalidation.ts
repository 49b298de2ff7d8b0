import { createHash } from 'node:crypto';
import type { HttpApp } from '@hopsmeter/runtime';

/** Only the caller may keep it, and asks each time whether it is still so. */
const CACHE_CONTROL = 'private, no-cache';

/**
 * Gives the answers to reads an `ETag`, and answers 304 without a body to whoever has it already. What is streamed has
 * none: it is not known before it is sent. Problems are not kept by anybody.
 *
 * Not @fastify/etag: it compares `If-None-Match` with one tag only, not with a list or `*`, and tags problems too.
 */
export function addRevalidation(scope: HttpApp): void {
  scope.addHook('onSend', (request, reply, payload, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || reply.statusCode !== 200 || typeof payload !== 'string') {
      done(null, payload);
      return;
    }
    const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
    reply.header('etag', tag).header('cache-control', CACHE_CONTROL);
    if (!isKnown(request.headers['if-none-match'], tag)) {
      done(null, payload);
      return;
    }
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    done(null, '');
  });
}

/** Compares as RFC 9110 (13.1.2) has it: any of a list, weak or not. */
function isKnown(given: string | undefined, tag: string): boolean {
  if (given === undefined) return false;
  return given.trim() === '*' || given.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}
