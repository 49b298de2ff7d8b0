import { reportQueueStatus } from '@hopsmeter/db';
import type { QueueStatus } from '@hopsmeter/queue';
import { Gauge } from 'prom-client';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

type ReportedStatus = Pick<
  QueueStatus,
  'waiting' | 'active' | 'delayed' | 'oldestWaitingAgeMs' | 'added' | 'missing' | 'isPaused'
>;

/** What this job works with: beside the database, the queue that the worker takes its batches from. */
export type QueueContext = Pick<JobContext, 'pool' | 'logger' | 'registry'> & {
  readonly queue: {
    /** Prefix and name in Redis. */
    readonly name: string;
    /** Looks at it now. @throws when Redis does not answer within 2 s. */
    readonly inspect: () => Promise<ReportedStatus>;
    /** Puts back jobs that no worker would ever take. @returns how many. @throws when Redis does not answer. */
    readonly putBackJobs: () => Promise<number>;
  };
};

/** How old what the api tells of the queue may be; six rounds are missed before it says so. */
const EVERY_MS = 5_000;

/**
 * Writes how the queue is where the api can read it: the api does not talk to Redis. Every worker writes, and the
 * newest measurement stays; while none does, the row grows old and says so by its age.
 */
export function reportQueue({ pool, queue, logger, registry }: QueueContext): PeriodicWork {
  const gauge = (name: string, help: string): Gauge => {
    const created = new Gauge({ name, help, registers: [registry] });
    // A gauge begins with 0, which would say that all is well.
    created.set(Number.NaN);
    return created;
  };
  const paused = gauge('queue_paused', '1 while somebody has paused the queue: nothing is counted. NaN: not known');
  const missing = gauge(
    'queue_jobs_missing',
    'Batches that were acknowledged and are neither recorded nor in the queue; must be 0. NaN: not known',
  );
  let known = { isPaused: false, missing: 0 };

  const note = (status: ReportedStatus): void => {
    paused.set(status.isPaused ? 1 : 0);
    missing.set(status.missing);
    if (status.isPaused !== known.isPaused)
      if (status.isPaused)
        logger.error(
          { hint: 'resume it with the tool that paused it; docs/operations.md says what may touch the queue' },
          'the queue is paused: events are acknowledged and none is counted',
        );
      else logger.info('the queue was resumed');
    if (status.missing > known.missing)
      logger.error(
        { missing: status.missing, hint: 'find out what touched the queue; have clusters send those hours again' },
        'acknowledged batches are neither recorded nor in the queue',
      );
    known = { isPaused: status.isPaused, missing: status.missing };
  };

  return {
    name: 'queue status',
    everyMs: EVERY_MS,
    firstWithinMs: EVERY_MS,
    async round(signal) {
      const askedAt = performance.now();
      const status = await queue.inspect();
      if (signal.aborted) return;
      note(status);
      await reportQueueStatus(pool, {
        queue: queue.name,
        waitingJobs: status.waiting,
        activeJobs: status.active,
        delayedJobs: status.delayed,
        addedJobs: status.added,
        missingJobs: status.missing,
        isPaused: status.isPaused,
        oldestWaitingAgeMs: status.oldestWaitingAgeMs,
        ageMs: performance.now() - askedAt,
      });
    },
  };
}
