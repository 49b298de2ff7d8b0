import { once } from 'node:events';
import { type Client, ClientError, type CloudEvent, type Receipt } from '@hopsmeter/client';

/** Events of one call of the client, and calls under way at once: some megabytes. */
const EVENTS_PER_CALL = 1_000;
const CALLS_MAX = 8;

/** Hands events to a client, some thousands at once and no more. */
export type EventCalls = {
  /** Waits while too many are under way. */
  add(event: CloudEvent): Promise<void>;
  /** Resolves when all are answered. */
  finish(): Promise<void>;
};

export type EventCallsDeps = {
  readonly client: Client<CloudEvent>;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  readonly onReceipt: (receipt: Receipt) => void;
  /** Told of an event that the client does not even try to send. */
  readonly onInvalid: (event: CloudEvent, detail: string) => void;
};

export function createEventCalls({ client, signal, onReceipt, onInvalid }: EventCallsDeps): EventCalls {
  const underWay = new Set<Promise<void>>();
  let gathered: CloudEvent[] = [];
  const stopped = once(signal, 'abort').then(() => signal.throwIfAborted());
  // Whoever waits sees it; it may also come when nobody does.
  stopped.catch(() => undefined);

  /** One that can never be sent makes its call fail: found by halves. */
  const send = async (events: readonly CloudEvent[]): Promise<void> => {
    try {
      onReceipt(await client.send(events));
    } catch (error) {
      const [first] = events;
      if (!(error instanceof ClientError) || error.code !== 'INVALID_EVENT' || first === undefined) throw error;
      if (events.length === 1) return onInvalid(first, error.message);
      const half = Math.ceil(events.length / 2);
      await send(events.slice(0, half));
      await send(events.slice(half));
    }
  };

  const call = async (): Promise<void> => {
    const events = gathered;
    gathered = [];
    if (events.length === 0) return;
    const sent = send(events).finally(() => underWay.delete(sent));
    underWay.add(sent);
    // Its failure is seen by whoever waits for it next.
    sent.catch(() => undefined);
    if (underWay.size >= CALLS_MAX) await Promise.race([...underWay, stopped]);
  };

  return {
    async add(event) {
      signal.throwIfAborted();
      gathered.push(event);
      if (gathered.length >= EVENTS_PER_CALL) await call();
    },
    async finish() {
      await call();
      await Promise.race([Promise.all(underWay), stopped]);
    },
  };
}
