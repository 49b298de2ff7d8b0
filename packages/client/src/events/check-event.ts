import { ClientError } from '../client-error.ts';
import { CLUSTER_SOURCE_PREFIX, EVENT_ID_LENGTH_MAX } from './event-limits.ts';
import type { CloudEvent } from './event-types.ts';

/** Longest JSON of one event: what a request may have, with room for brackets. */
const EVENT_BYTES_MAX = 5 * 1_024 * 1_024 - 1_024;

/**
 * Writes the JSON of an event that this cluster may send. What can never be taken is refused here, to whoever made it:
 * an event of another cluster would be refused with every other event of its request, as if the key were wrong.
 *
 * @throws ClientError INVALID_EVENT
 */
export function writeEvent(event: CloudEvent, clusterId: string): string {
  const text = stringify(event);
  const { id, source } = event;
  if (typeof id !== 'string' || id === '' || id.length > EVENT_ID_LENGTH_MAX)
    throw new ClientError('INVALID_EVENT', `the id must be a text of 1 to ${EVENT_ID_LENGTH_MAX} characters`);
  const own = CLUSTER_SOURCE_PREFIX + clusterId;
  if (typeof source !== 'string' || (source !== own && !source.startsWith(`${own}/`) && !source.startsWith(`${own}:`)))
    throw new ClientError('INVALID_EVENT', `${id} has the source ${source}, expected ${own} or a source below it`);
  if (text.length > EVENT_BYTES_MAX || Buffer.byteLength(text) > EVENT_BYTES_MAX)
    throw new ClientError('INVALID_EVENT', `${id} has more than ${EVENT_BYTES_MAX} bytes of JSON`);
  return text;
}

function stringify(event: CloudEvent): string {
  try {
    const text: unknown = JSON.stringify(event);
    if (typeof text === 'string' && text.startsWith('{')) return text;
  } catch (error) {
    throw new ClientError('INVALID_EVENT', 'it cannot be written as JSON', { cause: error });
  }
  throw new ClientError('INVALID_EVENT', 'it is no object');
}
