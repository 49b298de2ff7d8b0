import type { Batch } from '@hopsmeter/usage';
import { type Job, Worker } from 'bullmq';
import { type OpenedBatch, openBatch, UnreadableBatchError, type UnreadableReason } from './batch-codec.ts';
import { QUEUE_NAME, QUEUE_PREFIX } from './batch-job.ts';
import { createEventRoom } from './event-room.ts';
import { createErrorLog, type QueueLogger } from './logger.ts';
import { createQueueInspector, type QueueStatus } from './queue-status.ts';
import { closeConnection, createWorkerConnection } from './redis-connection.ts';
import { type ConsumptionHealth, createWatchdog } from './watchdog.ts';

/** A job that is no batch this version can read; to be parked with its payload, so that nothing is lost. */
export type UnreadableBatch = {
  readonly kind: 'unreadable';
  /** The job's data as it stands in Redis. */
  readonly payload: string;
  readonly reason: UnreadableReason;
  readonly detail: string;
};

export type DeliveryContext = {
  /** Aborted when closing has no more time: give up and throw, the job is delivered again. */
  readonly signal: AbortSignal;
  readonly jobId: string;
  /** 1 at the first delivery. Deliveries after a crash count too. */
  readonly attemptsStarted: number;
};

/** Takes one delivery. When it resolves the job is gone; when it throws the job comes again after about a second. */
export type ProcessBatch = (delivery: Batch | UnreadableBatch, context: DeliveryContext) => Promise<void>;

/** How one delivery went, for metrics. */
export type Progress = {
  readonly isDone: boolean;
  readonly eventCount: number;
  /** From the add to the start of this delivery. */
  readonly waitedMs: number;
  readonly tookMs: number;
};

export type BatchConsumerOptions = {
  readonly redisUrl: string;
  /** Default {@link QUEUE_PREFIX}. */
  readonly prefix?: string;
  /** Jobs in work at the same time. */
  readonly concurrency: number;
  /** Events in work at the same time: what keeps memory bounded, whatever the jobs' sizes. Default: no limit. */
  readonly eventsMax?: number;
  readonly process: ProcessBatch;
  readonly logger: QueueLogger;
  readonly onProgress?: (progress: Progress) => void;
  /** For tests of recovery; default {@link LOCK_DURATION_MS}. */
  readonly lockDurationMs?: number;
};

export type BatchConsumer = {
  /** Whether jobs are being completed while any wait. */
  health(): ConsumptionHealth;
  /** Looks at the queue now. @throws when Redis does not answer within 2 s. */
  inspect(): Promise<QueueStatus>;
  /** Puts back jobs that no worker would ever take. @returns how many. @throws when Redis does not answer. */
  putBackJobs(): Promise<number>;
  /** Takes no more jobs, waits for those in work, aborts them shortly before the deadline. */
  close(deadlineMs: number): Promise<void>;
};

/**
 * How long a killed worker's jobs stay locked: with {@link STALLED_INTERVAL_MS} they run again 4 to 6 s after a
 * SIGKILL (60 s with BullMQ's defaults). Renewed at half of it, so an event loop blocked for 2 s is still safe; a
 * longer pause makes the job run twice, which the ledger turns into nothing.
 */
const LOCK_DURATION_MS = 5_000;

/** How often abandoned jobs are looked for. Two rounds are needed to be sure of one. */
const STALLED_INTERVAL_MS = 2_000;

/** How often a job may be abandoned before it is failed: never. The default of 1 fails it at the second crash. */
const STALLED_COUNT_MAX = 1_000_000;

/** Seconds that one wait for a job lasts at Redis; its replies keep the socket alive, see the socket timeout. */
const DRAIN_DELAY_SECONDS = 2;

/** Between attempts to fetch while Redis fails. */
const FETCH_RETRY_MS = 1_000;

/**
 * With it BullMQ counts completed jobs in the script that completes them, which the account of jobs needs. The data
 * points, one for each minute, serve nobody.
 */
const COMPLETED_DATA_POINTS = 1;

/** What of the closing deadline aborted processors have to give their jobs back. */
const ABORT_GRACE_MS = 2_000;

/**
 * What is left of it after that, to end connections to a Redis that may hang: {@link closeConnection} takes a second.
 */
const DISCONNECT_MS = 1_200;

/** Data that is not even JSON must reach the processor as it is; BullMQ would fail to fetch it again and again. */
class TolerantWorker extends Worker<unknown, void> {
  protected override createJob(...[json, jobId]: Parameters<Worker<unknown, void>['createJob']>): Job<unknown, void> {
    try {
      return super.createJob(json, jobId);
    } catch {
      return super.createJob({ ...json, data: JSON.stringify(json.data) }, jobId);
    }
  }
}

/**
 * Creates a consumer and starts it. Delivery is at least once: the same batch may come again, even at the same time.
 */
export function createBatchConsumer(options: BatchConsumerOptions): BatchConsumer {
  const { redisUrl, prefix = QUEUE_PREFIX, concurrency, process, logger, onProgress } = options;
  const connection = createWorkerConnection(redisUrl);
  const logError = createErrorLog(logger, 'the connection to the queue failed');
  connection.on('error', logError);
  const inspector = createQueueInspector({ redisUrl, prefix, logger });
  const watchdog = createWatchdog(() => inspector.inspect());
  const aborter = new AbortController();
  const room = createEventRoom(options.eventsMax ?? Number.POSITIVE_INFINITY);

  const deliver = async (job: Job<unknown, void>): Promise<void> => {
    const opened = openDelivery(job.data);
    await room.enter(opened.eventCount);
    try {
      await deliverUnpacked(job, opened);
    } finally {
      room.leave(opened.eventCount);
    }
  };
  const deliverUnpacked = async (job: Job<unknown, void>, opened: OpenedDelivery): Promise<void> => {
    const startedAt = Date.now();
    const delivery = opened.unpack();
    const eventCount = 'kind' in delivery ? 0 : delivery.events.length;
    const report = (isDone: boolean): void =>
      onProgress?.({ isDone, eventCount, waitedMs: startedAt - job.timestamp, tookMs: Date.now() - startedAt });
    try {
      await process(delivery, {
        signal: aborter.signal,
        jobId: job.id ?? '',
        attemptsStarted: job.attemptsStarted,
      });
    } catch (error) {
      const hint = 'it comes again by itself; if it repeats, the error says what is wrong';
      logger.warn(
        { err: error, jobId: job.id, attemptsStarted: job.attemptsStarted, hint },
        'a batch will be delivered again',
      );
      report(false);
      throw error;
    }
    report(true);
  };

  const worker = new TolerantWorker(QUEUE_NAME, deliver, {
    connection,
    prefix,
    concurrency,
    lockDuration: options.lockDurationMs ?? LOCK_DURATION_MS,
    stalledInterval: STALLED_INTERVAL_MS,
    maxStalledCount: STALLED_COUNT_MAX,
    drainDelay: DRAIN_DELAY_SECONDS,
    runRetryDelay: FETCH_RETRY_MS,
    metrics: { maxDataPoints: COMPLETED_DATA_POINTS },
  });
  worker.on('error', logError);
  worker.on('completed', () => watchdog.noteProgress());
  worker.on('stalled', (jobId) => {
    const hint = 'a worker ended or hung; if it repeats, see why workers are restarted';
    logger.warn({ jobId, hint }, 'a batch was abandoned by a worker and will be delivered again');
  });

  return {
    health: () => watchdog.health(),
    inspect: () => inspector.inspect(),
    putBackJobs: () => inspector.putBackJobs(),
    async close(deadlineMs) {
      watchdog.close();
      const giveUpMs = Math.max(0, deadlineMs - DISCONNECT_MS);
      const aborting = setTimeout(() => aborter.abort(), Math.max(0, giveUpMs - ABORT_GRACE_MS));
      let giveUp: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        giveUp = setTimeout(resolve, giveUpMs, 'late');
      });
      const outcome = await Promise.race([worker.pause(), late]);
      clearTimeout(aborting);
      clearTimeout(giveUp);
      // What is still in work after a forced close keeps its lock until it expires; then another worker takes it.
      await worker.close(outcome === 'late');
      await Promise.all([inspector.close(), closeConnection(connection)]);
    },
  };
}

/** A job of which is known how many events it brings into memory. */
type OpenedDelivery = { readonly eventCount: number; unpack(): Batch | UnreadableBatch };

function openDelivery(data: unknown): OpenedDelivery {
  const opened = readOr(data, () => openBatch(data));
  if ('kind' in opened) return { eventCount: 1, unpack: () => opened };
  return { eventCount: opened.eventCount, unpack: () => readOr(data, () => opened.unpack()) };
}

function readOr<T extends Batch | OpenedBatch>(data: unknown, read: () => T): T | UnreadableBatch {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableBatchError)) throw error;
    const payload = typeof data === 'string' ? data : JSON.stringify(data);
    return { kind: 'unreadable', payload, reason: error.reason, detail: error.message };
  }
}
