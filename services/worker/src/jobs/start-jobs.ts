import { deliverWebhooks } from './deliver-webhooks.ts';
import { exportToStripe } from './export-to-stripe.ts';
import { followApplication } from './follow-application.ts';
import type { JobContext } from './job-context.ts';
import { purgeLedger } from './purge-ledger.ts';
import { putBackJobs } from './put-back-jobs.ts';
import { reRate } from './re-rate.ts';
import { reconcile } from './reconcile.ts';
import { type QueueContext, reportQueue } from './report-queue.ts';
import { type PeriodicWork, runPeriodically } from './run-periodically.ts';
import { watchSpending } from './watch-spending.ts';

/**
 * Every scheduled job; undefined where it is not configured. Each may run in any number of workers at the same time.
 */
const JOBS: readonly ((context: JobContext & QueueContext) => PeriodicWork | undefined)[] = [
  purgeLedger,
  exportToStripe,
  reconcile,
  reRate,
  watchSpending,
  deliverWebhooks,
  reportQueue,
  putBackJobs,
  followApplication,
];

/** Starts all scheduled jobs; `close` ends all of them. */
export function startJobs(context: JobContext & QueueContext): { close(): Promise<void> } {
  const running = JOBS.flatMap((createJob) => {
    const work = createJob(context);
    if (work === undefined) return [];
    return runPeriodically(work, (error) =>
      context.logger.warn(
        { err: error, job: work.name, hint: 'it comes again by itself; if it repeats, check Postgres and Redis' },
        'a scheduled job failed',
      ),
    );
  });
  return {
    async close() {
      await Promise.all(running.map((job) => job.close()));
    },
  };
}
