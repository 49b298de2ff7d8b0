import type { Client, EventMaker } from '@hopsmeter/client';
import type { Logger } from '@hopsmeter/runtime';
import type { CollectorMetrics } from './collector-metrics.ts';

/** The time, and waiting for it; a test has its own. */
export type Clock = {
  /** Milliseconds since the epoch. It may be wrong, and jump. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number;
  /** Resolves after so many milliseconds of `elapsed`. @throws the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** What following a source works with. */
export type FollowContext = {
  readonly client: Pick<Client, 'send'>;
  readonly maker: EventMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CollectorMetrics;
  /**
   * Whether ingest's clock agrees with ours within minutes. What is gone for good is said only then: a clock that
   * jumped would make hours missing that are yet to come.
   */
  readonly isTimeConfirmed: (signal: AbortSignal) => Promise<boolean>;
};
