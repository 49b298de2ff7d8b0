import { Counter } from 'prom-client';
import type { JobContext } from './job-context.ts';
import type { QueueContext } from './report-queue.ts';
import type { PeriodicWork } from './run-periodically.ts';

/**
 * Two looks find a job that stands nowhere, so it is back within a minute. A look at an empty queue takes a
 * millisecond.
 */
const EVERY_MS = 30_000;

/**
 * Puts back jobs that no worker would ever take: something else than us has touched the queue. Any number of workers
 * may: a job is put back once, and what was recorded before is not counted again.
 */
export function putBackJobs({ logger, registry, queue }: JobContext & QueueContext): PeriodicWork {
  const total = new Counter({
    name: 'queue_jobs_put_back_total',
    help: 'Batches that stood in no list of the queue, or where nobody takes them, and were put back',
    registers: [registry],
  });
  return {
    name: 'put back jobs',
    everyMs: EVERY_MS,
    firstWithinMs: EVERY_MS,
    async round() {
      const count = await queue.putBackJobs();
      if (count === 0) return;
      total.inc(count);
      const hint = 'nothing is lost; docs/operations.md says what may touch the queue';
      logger.warn({ count, hint }, 'batches that something else removed from the queue were put back');
    },
  };
}
