import type { JobContext } from './job-context.ts';
import { purgeLedger } from './purge-ledger.ts';
import { type PeriodicWork, type RunningWork, runPeriodically } from './run-periodically.ts';

/** Every scheduled job. Each may run in any number of workers at the same time. */
const JOBS: readonly ((context: JobContext) => PeriodicWork)[] = [purgeLedger];

/** Starts all scheduled jobs; `close` ends all of them. */
export function startJobs(context: JobContext): RunningWork {
  const running = JOBS.map((createJob) => {
    const work = createJob(context);
    return runPeriodically(work, (error) =>
      context.logger.warn({ err: error, job: work.name }, 'a scheduled job failed and comes again'),
    );
  });
  return {
    async close() {
      await Promise.all(running.map((job) => job.close()));
    },
  };
}
