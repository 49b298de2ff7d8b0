import type { PackedEvents } from '../events/packed-events.ts';
import type { Refusal } from '../refusal.ts';

/** What became of the events of a batch. Those that are not named were acknowledged. */
export type Outcome = {
  readonly refused: readonly Refusal[];
  /** JSON of events that are ahead of ingest's clock and can be taken later. */
  readonly early: readonly string[];
  /** When the first of them can. */
  readonly retryAfterMs: number;
};

/** Events on their way. */
export type Batch = {
  readonly events: PackedEvents;
  /** Resolves when the outcome is kept; until then they are waiting. */
  settle(outcome: Outcome): Promise<void>;
};

/** Where events wait until they are acknowledged: memory or disk. */
export type Backlog = {
  /** Whether there is something to take, and whether it fills a batch. */
  waiting(): 'nothing' | 'some' | 'full';
  /** The next batch; `undefined` when there is nothing. Called by one at a time. */
  take(): Promise<Batch | undefined>;
};
