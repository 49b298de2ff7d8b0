import { randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { QUEUE_NAME, QUEUE_PREFIX } from '@hopsmeter/queue';
import { isDeferred, parseEvent, parseQuantity, type UsageEvent } from '@hopsmeter/usage';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/**
 * An ingest of the first release, which is still running while newer workers are: it adds jobs in the form of version 1
 * as it was then, written down here a second time so that the form cannot change unseen. And one of a release to come,
 * whose jobs nobody here can read.
 */
export type OlderIngest = {
  /** @returns whether the job is in the queue for certain; else it may be. */
  add(clusterId: string, requestId: string, body: string): Promise<boolean>;
  /** Adds a job of a version that does not exist; `mark` stands in it. @throws when it may not be in the queue. */
  addUnknown(mark: string): Promise<void>;
  close(): Promise<void>;
};

const COMMAND_TIMEOUT_MS = 2_000;

/** A job is never failed, and leaves when it is done. */
const JOB_OPTIONS = { attempts: 1_000_000, backoff: { type: 'fixed', delay: 1_000 }, removeOnComplete: true };

export function createOlderIngest(redisUrl: string): OlderIngest {
  const connection = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: () => 200,
  });
  connection.on('error', () => undefined);
  let queue: Queue | undefined;

  const add = async (data: unknown): Promise<void> => {
    if (connection.status !== 'ready') throw new Error('Redis is away');
    queue ??= await openQueue(connection);
    await queue.add('batch', data, JOB_OPTIONS);
  };

  return {
    async add(clusterId, requestId, body) {
      const events = (JSON.parse(body) as unknown[]).map((value) => readEvent(value, clusterId));
      const requests = [[requestId, 0, Date.now() * 1_000, events.length]];
      const columns = deflateRawSync(JSON.stringify(writeVersion1(events))).toString('base64');
      try {
        await add({ v: 1, id: randomUUID(), keys: [[clusterId, 'older']], requests, z: columns });
        return true;
      } catch {
        // As with every ingest: it may be in the queue, so the client sends it again.
        return false;
      }
    },
    addUnknown: (mark) => add({ v: 99, mark }),
    async close() {
      await queue?.close();
      connection.disconnect();
    },
  };
}

/** BullMQ keeps the first failure of its own set-up for good, so a queue that did not open is thrown away. */
async function openQueue(connection: Redis): Promise<Queue> {
  const queue = new Queue(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
  queue.on('error', () => undefined);
  try {
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}

function readEvent(value: unknown, clusterId: string): UsageEvent {
  const parsed = parseEvent(value, { clusterId, now: Date.now() * 1_000 });
  if (!parsed.ok || isDeferred(parsed.event))
    throw new TypeError('the older ingest was given something that is no usage');
  return parsed.event;
}

/** Version 1: columns, each as the list of its values and the place of each row in it. */
function writeVersion1(events: readonly UsageEvent[]): object {
  const column = (read: (event: UsageEvent) => unknown): object => ({
    values: events.map(read),
    indexes: events.map((_, row) => row),
  });
  return {
    id: events.map(({ id }) => id),
    sourcePath: column(({ sourcePath }) => sourcePath),
    type: column(({ type }) => type),
    subject: column(({ subject }) => subject ?? null),
    namespace: column(({ namespace }) => namespace ?? null),
    gpuModel: column(({ gpuModel }) => gpuModel ?? null),
    window: column(({ start, end }) => [start, end]),
    meters: column(({ usages }) => usages.map(({ meter }) => meter)),
    quantities: events.flatMap(({ usages }) => usages.map(({ quantity }) => String(parseQuantity(quantity)))),
  };
}
