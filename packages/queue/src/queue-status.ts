import type { Redis } from 'ioredis';
import { QUEUE_PREFIX } from './batch-job.ts';
import { type JobAccount, queueKey, readJobAccount } from './job-account.ts';
import { createErrorLog, type QueueLogger } from './logger.ts';
import { createJobRecovery } from './put-back-jobs.ts';
import { closeConnection, createCommandConnection } from './redis-connection.ts';

/** The queue and its Redis at one moment. */
export type QueueStatus = Omit<JobAccount, 'oldestId'> & {
  /** How long the oldest job that nobody has taken waits; 0 when none does. */
  readonly oldestWaitingAgeMs: number;
  readonly memoryUsedBytes: number;
  /** `maxmemory`, or the machine's memory where Redis has no limit of its own. */
  readonly memoryLimitBytes: number;
  /** What keeps Redis from taking writes durably; empty when nothing does. */
  readonly persistenceProblems: readonly string[];
};

/** Reads the status in two round trips. */
export async function readQueueStatus(redis: Redis, prefix: string): Promise<QueueStatus> {
  const [memory, persistence, { oldestId, ...jobs }] = await Promise.all([
    redis.info('memory'),
    redis.info('persistence'),
    readJobAccount(redis, prefix),
  ]);
  const addedAt = oldestId === undefined ? null : await redis.hget(queueKey(prefix, oldestId), 'timestamp');
  const fields = parseInfo(memory);
  const limit = Number(fields.get('maxmemory') ?? 0);
  return {
    ...jobs,
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
  /** Puts back jobs that no worker would ever take, see {@link createJobRecovery}. @returns how many. */
  putBackJobs(): Promise<number>;
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
  const recovery = createJobRecovery(redis, prefix);
  const connect = async (): Promise<void> => {
    // 'wait' is what a lazy connection is called before its first use.
    if (redis.status === 'wait') await redis.connect();
  };
  return {
    async inspect() {
      await connect();
      return readQueueStatus(redis, prefix);
    },
    async putBackJobs() {
      await connect();
      return recovery.putBack();
    },
    close: () => closeConnection(redis),
  };
}
