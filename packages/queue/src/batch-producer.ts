import { type Batch, RequestError } from '@hopsmeter/usage';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { encodeBatch } from './batch-codec.ts';
import { EVENT_STREAM_LENGTH, JOB_NAME, JOB_OPTIONS, QUEUE_NAME, QUEUE_PREFIX } from './batch-job.ts';
import { createErrorLog, type QueueLogger } from './logger.ts';
import { type QueueStatus, readQueueStatus } from './queue-status.ts';
import { closeConnection, createCommandConnection } from './redis-connection.ts';
import { checkDurability, UnsafeRedisError } from './redis-durability.ts';

export type BatchProducerOptions = {
  readonly redisUrl: string;
  /** Default {@link QUEUE_PREFIX}. */
  readonly prefix?: string;
  readonly logger: QueueLogger;
  /** Accept a Redis whose settings cannot be read because CONFIG is refused. Default false. */
  readonly allowUnknownDurability?: boolean;
};

export type BatchProducer = {
  /**
   * Waits until Redis is there and checked.
   *
   * @throws UnsafeRedisError when it could lose events; not when it is away.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * Queues a batch. Resolves when Redis has it in its append-only file on disk.
   *
   * @throws RequestError QUEUE_UNAVAILABLE within 2 s when Redis did not confirm. The batch may or may not be queued.
   */
  add(batch: Batch): Promise<void>;
  /** @throws when Redis does not answer or must not be used. */
  status(): Promise<QueueStatus>;
  close(): Promise<void>;
};

/** A check that failed for a passing reason is repeated after this. */
const CHECK_AGAIN_MS = 500;

/** Told to clients after a failed add: the reconnect takes about a second. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Creates the producer; it connects by itself, again and again. Each new connection is checked before it is used: the
 * Redis that comes back may be another one, set up differently.
 */
export function createBatchProducer(options: BatchProducerOptions): BatchProducer {
  const { redisUrl, prefix = QUEUE_PREFIX, logger, allowUnknownDurability = false } = options;
  const redis = createCommandConnection(redisUrl);
  const logError = createErrorLog(logger, 'the connection to the queue failed');
  let queue: Queue | undefined;
  let isUsable = false;
  let connections = 0;
  let checkTimer: NodeJS.Timeout | undefined;
  const waiters = new Set<{ readonly resolve: () => void; readonly reject: (error: unknown) => void }>();

  const settle = (error?: unknown): void => {
    for (const { resolve, reject } of waiters) error === undefined ? resolve() : reject(error);
    waiters.clear();
  };

  const check = async (): Promise<void> => {
    const connection = connections;
    try {
      await checkDurability(redis, allowUnknownDurability);
      queue ??= await openQueue(redis, prefix, logError);
      if (connection !== connections) return;
      isUsable = true;
      settle();
    } catch (error) {
      if (connection !== connections) return;
      logError(error);
      if (error instanceof UnsafeRedisError) settle(error);
      checkTimer = setTimeout(check, CHECK_AGAIN_MS);
    }
  };

  redis.on('error', logError);
  redis.on('ready', check);
  redis.on('close', () => {
    isUsable = false;
    connections += 1;
    clearTimeout(checkTimer);
  });
  redis.connect().catch(() => undefined); // The reason comes as an 'error' event; ioredis goes on trying.

  const usableQueue = (): Queue => {
    if (queue === undefined || !isUsable) throw unavailable(new Error(`the connection is ${redis.status}`));
    return queue;
  };

  return {
    ready(signal) {
      if (isUsable) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.add({ resolve, reject });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    async add(batch) {
      const usable = usableQueue();
      const data = encodeBatch(batch);
      try {
        await usable.add(JOB_NAME, data, JOB_OPTIONS);
      } catch (error) {
        logError(error);
        throw unavailable(error);
      }
    },
    async status() {
      usableQueue();
      return readQueueStatus(redis, prefix);
    },
    async close() {
      connections += 1;
      clearTimeout(checkTimer);
      await queue?.close();
      await closeConnection(redis);
    },
  };
}

async function openQueue(redis: Redis, prefix: string, onError: (error: unknown) => void): Promise<Queue> {
  const queue = new Queue(QUEUE_NAME, {
    connection: redis,
    prefix,
    streams: { events: { maxLen: EVENT_STREAM_LENGTH } },
  });
  queue.on('error', onError);
  try {
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    // BullMQ keeps the first failure of its own set-up for good, so a queue that did not open is thrown away.
    await queue.close();
    throw error;
  }
}

function unavailable(cause: unknown): RequestError {
  return new RequestError(
    'QUEUE_UNAVAILABLE',
    'the events may or may not be queued; send them again unchanged, no event counts twice',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}
