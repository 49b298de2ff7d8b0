import { createHash } from 'node:crypto';
import { EVENT_ID_LENGTH_MAX } from './event-limits.ts';

/**
 * The id of what the parts name. It says what was measured and not how much, so whoever reports the same hour again
 * makes the same id, and another quantity under it is seen as the conflict that it is.
 *
 * Parts are percent-encoded where they hold a slash, or `a/b` and `c` would be the same as `a` and `b/c`. What is
 * longer than an id may be ends in the digest of all of it.
 */
export function buildEventId(kind: string, parts: readonly (string | undefined)[]): string {
  // What is missing at the end is left out: the places are fixed, so nothing else looks the same.
  const named = parts.slice(0, parts.findLastIndex((part) => part !== undefined) + 1);
  const id = [kind, ...named.map((part) => (part === undefined ? '-' : encodePart(part)))].join('/');
  if (id.length <= EVENT_ID_LENGTH_MAX) return id;
  return `${kind}/sha256/${createHash('sha256').update(id, 'utf8').digest('hex')}`;
}

/** A lone `-` means that there is none. */
function encodePart(part: string): string {
  if (part === '-') return '%2D';
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}
