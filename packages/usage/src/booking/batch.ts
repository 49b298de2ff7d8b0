import type { ReportedEvent } from '../event.ts';
import type { Micros } from '../time.ts';

/** A request whose events are in a batch. */
export type BatchRequest = {
  readonly requestId: string;
  readonly clusterId: string;
  readonly clusterKeyId: string;
  readonly receivedAt: Micros;
  readonly eventCount: number;
};

/** The events of one job, gathered from one or several requests. */
export type Batch = {
  /** UUID. */
  readonly id: string;
  readonly requests: readonly BatchRequest[];
  /** In the order of `requests`: the first `requests[0].eventCount` are those of the first request, and so on. */
  readonly events: readonly ReportedEvent[];
};
