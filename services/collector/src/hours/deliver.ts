import { type Client, ClientError, type UsageEvent } from '@hopsmeter/client';

/** What could not be sent, though it always can be made again: a bug of the source that made it. */
export type UnsendableEvent = { readonly id: string; readonly detail: string };

/** A call of the client's `send` should not hold more. */
const CALL_EVENTS_MAX = 1_000;

/**
 * Hands events to the client; when it resolves they are in the spool.
 *
 * An event that the client can never take does not keep the others back: it is left out and handed back.
 *
 * @throws ClientError when the spool takes nothing now; everything may be handed over again.
 */
export async function deliver(
  client: Pick<Client, 'send'>,
  events: readonly UsageEvent[],
): Promise<readonly UnsendableEvent[]> {
  const unsendable: UnsendableEvent[] = [];
  for (let from = 0; from < events.length; from += CALL_EVENTS_MAX) {
    const call = events.slice(from, from + CALL_EVENTS_MAX);
    try {
      await client.send(call);
    } catch (error) {
      if (!isInvalid(error)) throw error;
      unsendable.push(...(await deliverOneByOne(client, call)));
    }
  }
  return unsendable;
}

async function deliverOneByOne(
  client: Pick<Client, 'send'>,
  events: readonly UsageEvent[],
): Promise<readonly UnsendableEvent[]> {
  const unsendable: UnsendableEvent[] = [];
  for (const event of events) {
    try {
      await client.send(event);
    } catch (error) {
      if (!isInvalid(error)) throw error;
      unsendable.push({ id: event.id, detail: error.message });
    }
  }
  return unsendable;
}

function isInvalid(error: unknown): error is ClientError {
  return error instanceof ClientError && error.code === 'INVALID_EVENT';
}
