import type { ClientStats } from './client-stats.ts';
import type { EventMaker } from './events/event-maker.ts';
import type { CloudEvent, UsageEvent } from './events/event-types.ts';
import type { Receipt } from './receipt.ts';

/** Sends the usage events of one cluster. */
export type Client<Event extends CloudEvent = UsageEvent> = {
  /** Makes events whose ids and source are right. */
  readonly events: EventMaker;
  /**
   * Takes events over. With a spool it resolves when all of them are durable on this machine's disk; without, when each
   * was acknowledged or refused by ingest. It tries for ever: what ends it is `close`.
   *
   * @throws ClientError INVALID_EVENT, SPOOL_FULL, SPOOL_FAILED, SPOOL_LOST, BUFFER_FULL, CLOSED. To send the same
   * events again is always right.
   */
  send(events: Event | readonly Event[]): Promise<Receipt>;
  /**
   * Resolves when everything that was sent before is acknowledged or refused, or is ahead of ingest's clock and waits
   * for its time.
   *
   * @throws ClientError FLUSH_TIMEOUT when that takes longer than `timeoutMs`; CLOSED.
   */
  flush(options?: { readonly timeoutMs?: number }): Promise<void>;
  stats(): ClientStats;
  /** Takes nothing more, ends requests and gives the spool back. What is in the spool is sent by the next client. */
  close(): Promise<void>;
};
