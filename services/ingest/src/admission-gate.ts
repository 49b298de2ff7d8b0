import type { QueueStatus } from '@hopsmeter/queue';
import type { Logger } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { CLUSTER_IN_FLIGHT_BYTES_MAX, IN_FLIGHT_BYTES_MAX } from './limits.ts';

/** A request that was let in. */
export type Admission = {
  /** Counts bytes that the request keeps in memory. @throws RequestError BACKPRESSURE when they are too many. */
  take(bytes: number): void;
  /** Gives all of them back. */
  release(): void;
};

/** Why nothing is let in, as a label of a metric. */
export type GateReason = 'unknown' | 'memory' | 'persistence' | 'backlog' | 'in_flight';

export type AdmissionGate = {
  /** Lets a request of a cluster in. @throws RequestError BACKPRESSURE, with a time after which to come again. */
  admit(clusterId: string): Admission;
  /** Why the gate is closed; `undefined` while it is open. */
  closedReason(): GateReason | undefined;
  inFlightBytes(): number;
  /** The queue when last looked. */
  status(): QueueStatus | undefined;
  close(): void;
};

export type AdmissionGateOptions = {
  readonly readStatus: () => Promise<QueueStatus>;
  readonly logger: Logger;
  /** Oldest waiting job at which the gate closes; default {@link BACKLOG_AGE_MAX_MS}. */
  readonly backlogAgeMaxMs?: number;
  readonly onRefusal?: (reason: GateReason) => void;
};

/**
 * A worker that stands still for so long is a case for people. What came until then is safe in Redis; what comes now
 * is safer with its sender, which keeps it on disk.
 */
export const BACKLOG_AGE_MAX_MS = 4 * 3_600_000;

/** At 60,000 events a second Redis grows by about 2 MB in this time. */
const REFRESH_MS = 500;

/** Not knowing is a reason to refuse; three seconds forgive a slow answer or two. */
const STALE_AFTER_MS = 3_000;

/**
 * The part of `maxmemory` at which the gate closes. At the limit itself the workers stop too, because fetching a job
 * needs memory; the rest is theirs.
 */
const MEMORY_SHARE_MAX = 0.65;

/** Refused senders come again after 5 to 10 s, not all at once. */
const RETRY_AFTER_SECONDS = 5;
const RETRY_JITTER_SECONDS = 5;

/** Refuses requests before the queue is in trouble: what cannot be stored safely must not be read at all. */
const HINT = 'senders are told to come again; docs/operations.md says for each reason what to do';

export function createAdmissionGate(options: AdmissionGateOptions): AdmissionGate {
  const { readStatus, logger, backlogAgeMaxMs = BACKLOG_AGE_MAX_MS, onRefusal } = options;
  let status: QueueStatus | undefined;
  let refreshedAt = 0;
  let inFlight = 0;
  /** Of clusters that have any. */
  const inFlightOf = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let shownReason: GateReason | undefined = 'unknown';

  const closedReason = (): GateReason | undefined => {
    if (status === undefined || performance.now() - refreshedAt > STALE_AFTER_MS) return 'unknown';
    if (status.memoryUsedBytes > status.memoryLimitBytes * MEMORY_SHARE_MAX) return 'memory';
    if (status.persistenceProblems.length > 0) return 'persistence';
    if (status.oldestWaitingAgeMs > backlogAgeMaxMs) return 'backlog';
    return undefined;
  };

  const refresh = async (): Promise<void> => {
    try {
      status = await readStatus();
      refreshedAt = performance.now();
    } catch {
      // The connection logs its own errors; here only time counts.
    }
    const reason = closedReason();
    if (reason !== shownReason) {
      if (reason === undefined) logger.info('the gate is open');
      else logger.warn({ reason, status, hint: HINT }, 'the gate is closed');
      shownReason = reason;
    }
    if (!isClosed) timer = setTimeout(refresh, REFRESH_MS);
  };
  void refresh();

  const refuse = (reason: GateReason): RequestError => {
    onRefusal?.(reason);
    const retryAfterSeconds = RETRY_AFTER_SECONDS + Math.random() * RETRY_JITTER_SECONDS;
    return new RequestError('BACKPRESSURE', 'nothing of this request was stored; send it again later', {
      retryAfterSeconds,
    });
  };

  const isFull = (clusterId: string): boolean =>
    inFlight >= IN_FLIGHT_BYTES_MAX || (inFlightOf.get(clusterId) ?? 0) >= CLUSTER_IN_FLIGHT_BYTES_MAX;

  return {
    admit(clusterId) {
      const reason = closedReason() ?? (isFull(clusterId) ? 'in_flight' : undefined);
      if (reason !== undefined) throw refuse(reason);
      let taken = 0;
      return {
        take(bytes) {
          const own = inFlightOf.get(clusterId) ?? 0;
          if (inFlight + bytes > IN_FLIGHT_BYTES_MAX || own + bytes > CLUSTER_IN_FLIGHT_BYTES_MAX)
            throw refuse('in_flight');
          taken += bytes;
          inFlight += bytes;
          inFlightOf.set(clusterId, own + bytes);
        },
        release() {
          inFlight -= taken;
          const left = (inFlightOf.get(clusterId) ?? 0) - taken;
          if (left === 0) inFlightOf.delete(clusterId);
          else inFlightOf.set(clusterId, left);
          taken = 0;
        },
      };
    },
    closedReason,
    inFlightBytes: () => inFlight,
    status: () => status,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
