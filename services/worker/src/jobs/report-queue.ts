import { reportQueueStatus } from '@hopsmeter/db';
import type { QueueStatus } from '@hopsmeter/queue';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** What this job works with: beside the database, the queue that the worker takes its batches from. */
export type QueueContext = Pick<JobContext, 'pool'> & {
  readonly queue: {
    /** Prefix and name in Redis. */
    readonly name: string;
    /** Looks at it now. @throws when Redis does not answer within 2 s. */
    readonly inspect: () => Promise<Pick<QueueStatus, 'waiting' | 'active' | 'oldestWaitingAgeMs'>>;
  };
};

/** How old what the api tells of the queue may be; six rounds are missed before it says so. */
const EVERY_MS = 5_000;

/**
 * Writes how the queue is where the api can read it: the api does not talk to Redis. Every worker writes, and the newest
 * measurement stays; while none does, the row grows old and says so by its age.
 */
export function reportQueue({ pool, queue }: QueueContext): PeriodicWork {
  return {
    name: 'queue status',
    everyMs: EVERY_MS,
    firstWithinMs: EVERY_MS,
    async round(signal) {
      const askedAt = performance.now();
      const { waiting, active, oldestWaitingAgeMs } = await queue.inspect();
      if (signal.aborted) return;
      const jobs = { waitingJobs: waiting, activeJobs: active, oldestWaitingAgeMs };
      await reportQueueStatus(pool, { queue: queue.name, ...jobs, ageMs: performance.now() - askedAt });
    },
  };
}
