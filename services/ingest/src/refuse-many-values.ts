import { RequestError } from '@hopsmeter/usage';
import { CONTAINERS_MAX, VALUES_MAX } from './limits.ts';

/**
 * Refuses a body that would cost far more to parse than its bytes tell: 5 MiB of brackets hold the event loop for 1.1
 * s, 5 MiB of fields with a name each for 0.6 s, 5 MiB of honest events for 20 ms.
 *
 * It counts bytes, also those within texts: to tell them apart would take a walk through every byte (1.3 ns each), and
 * the limits are far from what events need. Looking for brackets costs 0.13 ns a byte, a twentieth of what parsing
 * costs. The depth needs no limit of its own: who nests needs brackets.
 *
 * @throws RequestError TOO_MANY_VALUES.
 */
export function refuseManyValues(body: Buffer): void {
  if (count(body, '{', CONTAINERS_MAX) + count(body, '[', CONTAINERS_MAX) > CONTAINERS_MAX)
    throw new RequestError('TOO_MANY_VALUES', `at most ${CONTAINERS_MAX} objects and arrays are allowed`);
  // A value that costs much has a name, so more than four bytes: nearly all bodies are too small to need this look.
  if (body.length > 4 * VALUES_MAX && count(body, ',', VALUES_MAX) >= VALUES_MAX)
    throw new RequestError('TOO_MANY_VALUES', `at most ${VALUES_MAX} values are allowed`);
}

/** Counts up to a little more than `max`, and not at all where the body has no room for so many, of two bytes each. */
function count(body: Buffer, character: string, max: number): number {
  if (body.length < 2 * max) return 0;
  const byte = character.charCodeAt(0);
  let found = 0;
  for (let at = body.indexOf(byte); at >= 0 && found <= max; at = body.indexOf(byte, at + 1)) found += 1;
  return found;
}
