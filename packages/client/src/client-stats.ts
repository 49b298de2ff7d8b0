/** What a client counts, from its creation on. */
export type Counters = {
  /** Events that were acknowledged, copies included: which of them were copies ingest does not say. */
  accepted: number;
  /** Events that will never be taken as they are. */
  refused: number;
  requests: number;
  /** Requests that were made again. */
  retries: number;
  /** Events in requests that got no answer of ingest: they may have been taken, and were sent again. */
  unanswered: number;
};

/** What waits and what is kept. */
export type StoreFigures = {
  /** Bytes of events that are not acknowledged, in memory or on disk. */
  readonly waitingBytes: number;
  /** Bytes of the spool's file of refusals; 0 without a spool. */
  readonly refusalBytes: number;
  /** Bytes of the spool that were no events and are kept aside; 0 without a spool. */
  readonly damagedBytes: number;
  /** How long the oldest event waits; 0 when none does. */
  readonly oldestAgeMs: number;
};

/** What a client has done since it was created, and what it has. */
export type ClientStats = Readonly<Counters> &
  StoreFigures & {
    /** Whether all senders wait because ingest is busy or refuses the key. */
    readonly isPaused: boolean;
  };

export function createCounters(): Counters {
  return { accepted: 0, refused: 0, requests: 0, retries: 0, unanswered: 0 };
}
