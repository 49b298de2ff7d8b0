import { assembleClient } from './assemble-client.ts';
import type { Client } from './client.ts';
import type { ClientOptions } from './client-options.ts';
import type { CloudEvent, UsageEvent } from './events/event-types.ts';

/**
 * Opens the spool, where there is one, and starts to send what it has.
 *
 * @throws ClientError INVALID_OPTION, SPOOL_IN_USE, or the file system's error.
 */
export function createClient<Event extends CloudEvent = UsageEvent>(options: ClientOptions): Promise<Client<Event>> {
  return assembleClient(options, { waitScale: 1, sync: (file) => file.datasync() });
}
