import type { Redis } from 'ioredis';
import { z } from 'zod';
import { QUEUE_NAME } from './batch-job.ts';

/**
 * Where the jobs of a queue are at one moment, and whether all are somewhere. Every job that was ever added is done or
 * in the queue: BullMQ numbers a job in the script that adds it, which is what an acknowledgement waits for, and counts
 * a completed one in the script that removes it. So the account is exact at every moment and costs the way of an event
 * nothing.
 */
export type JobAccount = {
  /** Jobs that nobody has taken, wherever they stand. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** Jobs that were ever added: every one of them was acknowledged, or could have been. */
  readonly added: number;
  /** Jobs that were ever completed: what was in them is recorded. */
  readonly completed: number;
  /** Jobs that were added and are neither completed nor in the queue: somebody took them out. Must be 0. */
  readonly missing: number;
  /** Somebody paused the queue: no worker takes a job until it is resumed. */
  readonly isPaused: boolean;
  /** The job that waits the longest. */
  readonly oldestId: string | undefined;
};

/**
 * The lists and sets in which a job can stand. `paused` is where BullMQ 5 and older tools put the waiting jobs of a
 * paused queue; BullMQ 6 leaves them where they are.
 */
export const JOB_PLACES = ['wait', 'paused', 'prioritized', 'waiting-children', 'active', 'delayed'] as const;

/** Where a job stands that nobody takes any more. */
export const JOB_ENDS = ['failed', 'completed'] as const;

/** KEYS: the places, the ends, id, metrics:completed, meta. One script, so nothing moves while it counts. */
const READ_ACCOUNT = `
local counts = {}
for i = 1, ${JOB_PLACES.length + JOB_ENDS.length} do
  local kind = redis.call('TYPE', KEYS[i]).ok
  counts[i] = kind == 'list' and redis.call('LLEN', KEYS[i]) or kind == 'zset' and redis.call('ZCARD', KEYS[i]) or 0
end
local rest = ${JOB_PLACES.length + JOB_ENDS.length}
return {
  counts,
  tonumber(redis.call('GET', KEYS[rest + 1]) or 0),
  tonumber(redis.call('HGET', KEYS[rest + 2], 'count') or 0),
  redis.call('HEXISTS', KEYS[rest + 3], 'paused'),
  redis.call('LINDEX', KEYS[1], -1) or redis.call('LINDEX', KEYS[2], -1) or ''
}
`;

const count = z.int().min(0);
const answerSchema = z.tuple([
  z.tuple([count, count, count, count, count, count, count, count]),
  count,
  z.int(),
  count,
  z.string(),
]);

/** Name of a key of the queue. */
export function queueKey(prefix: string, name: string): string {
  return `${prefix}:${QUEUE_NAME}:${name}`;
}

/** Reads the account with one script. */
export async function readJobAccount(redis: Redis, prefix: string): Promise<JobAccount> {
  const names = [...JOB_PLACES, ...JOB_ENDS, 'id', 'metrics:completed', 'meta'];
  const keys = names.map((name) => queueKey(prefix, name));
  const [counts, added, completed, paused, oldestId] = answerSchema.parse(
    await redis.eval(READ_ACCOUNT, keys.length, ...keys),
  );
  const [wait, pausedJobs, prioritized, waitingChildren, active, delayed, failed, finished] = counts;
  const inQueue = counts.reduce((sum, jobs) => sum + jobs, 0);
  return {
    waiting: wait + pausedJobs + prioritized + waitingChildren + finished,
    active,
    delayed,
    failed,
    added,
    completed,
    missing: Math.max(0, added - completed - inQueue),
    isPaused: paused > 0,
    oldestId: oldestId === '' ? undefined : oldestId,
  };
}
