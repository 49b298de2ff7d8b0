import type { Redis } from 'ioredis';
import { QUEUE_NAME, QUEUE_PREFIX } from './batch-job.ts';
import { createErrorLog, type QueueLogger } from './logger.ts';
import { closeConnection, createCommandConnection } from './redis-connection.ts';

/** The queue and its Redis at one moment. */
export type QueueStatus = {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** How long the oldest job that nobody has taken waits; 0 when none does. */
  readonly oldestWaitingAgeMs: number;
  readonly memoryUsedBytes: number;
  /** `maxmemory`, or the machine's memory where Redis has no limit of its own. */
  readonly memoryLimitBytes: number;
  /** What keeps Redis from taking writes durably; empty when nothing does. */
  readonly persistenceProblems: readonly string[];
};

const LAST = -1;

/** Reads the status in two round trips. */
export async function readQueueStatus(redis: Redis, prefix: string): Promise<QueueStatus> {
  const key = (name: string): string => `${prefix}:${QUEUE_NAME}:${name}`;
  // Jobs enter the waiting list at its head and leave at its tail.
  const [memory, persistence, waiting, active, delayed, failed, oldest] = await Promise.all([
    redis.info('memory'),
    redis.info('persistence'),
    redis.llen(key('wait')),
    redis.llen(key('active')),
    redis.zcard(key('delayed')),
    redis.zcard(key('failed')),
    redis.lindex(key('wait'), LAST),
  ]);
  const addedAt = oldest === null ? null : await redis.hget(key(oldest), 'timestamp');
  const fields = parseInfo(memory);
  const limit = Number(fields.get('maxmemory') ?? 0);
  return {
    waiting,
    active,
    delayed,
    failed,
    oldestWaitingAgeMs: addedAt === null ? 0 : Math.max(0, Date.now() - Number(addedAt)),
    memoryUsedBytes: Number(fields.get('used_memory') ?? 0),
    memoryLimitBytes: limit > 0 ? limit : Number(fields.get('total_system_memory') ?? 0),
    persistenceProblems: findPersistenceProblems(parseInfo(persistence)),
  };
}

/** Reads the `name:value` lines of an INFO answer. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

function findPersistenceProblems(fields: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  if (fields.get('loading') === '1') problems.push('loading its data');
  for (const name of ['aof_last_write_status', 'aof_last_bgrewrite_status'])
    if ((fields.get(name) ?? 'ok') !== 'ok') problems.push(`${name} is not ok`);
  return problems;
}

/** Watches a queue without taking part in it. */
export type QueueInspector = {
  /** @throws when Redis does not answer within 2 s. */
  inspect(): Promise<QueueStatus>;
  close(): Promise<void>;
};

export type QueueInspectorOptions = {
  readonly redisUrl: string;
  /** Default {@link QUEUE_PREFIX}. */
  readonly prefix?: string;
  readonly logger: QueueLogger;
};

/** Creates an inspector with a connection of its own. */
export function createQueueInspector({
  redisUrl,
  prefix = QUEUE_PREFIX,
  logger,
}: QueueInspectorOptions): QueueInspector {
  const redis = createCommandConnection(redisUrl);
  redis.on('error', createErrorLog(logger, 'the connection for watching the queue failed'));
  return {
    async inspect() {
      // 'wait' is what a lazy connection is called before its first use.
      if (redis.status === 'wait') await redis.connect();
      return readQueueStatus(redis, prefix);
    },
    close: () => closeConnection(redis),
  };
}
