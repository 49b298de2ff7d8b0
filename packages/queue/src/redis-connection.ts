import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A reply later than this is "unknown": the caller hears it within the 2 s that ingest promises. */
const COMMAND_TIMEOUT_MS = 1_500;

const CONNECT_TIMEOUT_MS = 2_000;

/** A returned Redis is noticed within this time; more often would only fill logs. */
const RECONNECT_DELAY_MAX_MS = 1_000;

/**
 * A half-open connection is given up after this. Must be well above the worker's `drainDelay`, whose replies keep it
 * alive.
 */
const WORKER_SOCKET_TIMEOUT_MS = 15_000;

const KEEP_ALIVE_MS = 10_000;

/**
 * A connection on which a command either gets its reply or fails soon: nothing is queued while Redis is away, nothing
 * is sent twice. BullMQ's and ioredis' defaults would let an `add` hang, and send it again after a reconnect.
 */
export function createCommandConnection(redisUrl: string): Redis {
  return new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: reconnectDelay,
  });
}

/**
 * A connection for a BullMQ worker: waits for Redis without limit (a command that fails would be a job half done), but
 * gives up a connection on which nothing arrives. No command timeout, it would abort the blocking wait for jobs.
 */
export function createWorkerConnection(redisUrl: string): Redis {
  return new Redis(redisUrl, {
    maxRetriesPerRequest: null,
    socketTimeout: WORKER_SOCKET_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: reconnectDelay,
    // After a failover the old primary answers READONLY: go to the new one and repeat the command there.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  });
}

/** Doubles from 50 ms; half of it is random, so that processes do not come back together. */
function reconnectDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_DELAY_MAX_MS);
  return delay / 2 + Math.random() * (delay / 2);
}

/** A healthy Redis says goodbye in milliseconds; one that hangs must not use up the deadline of closing. */
const QUIT_WITHIN_MS = 1_000;

/** Ends a connection: politely when it is up, at once when it is not or does not answer. */
export async function closeConnection(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    const late = new AbortController();
    const quit = redis.quit().catch(() => undefined);
    await Promise.race([quit, delay(QUIT_WITHIN_MS, undefined, { signal: late.signal })]);
    late.abort();
  }
  redis.disconnect();
}
