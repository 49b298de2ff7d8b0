import type { Pool } from '../connection/pool.ts';

/**
 * Says how queue $1 was $2 milliseconds ago: $3 jobs waited, the oldest of them for $4 milliseconds, $5 were in work,
 * $6 delayed and $7 missing, of $8 that were ever added; $9 whether it was paused.
 *
 * Guarantees: an older measurement never replaces a newer one, whichever worker comes first; times are by the clock of
 * the database, so that clocks of workers do not matter. A queue that counts less jobs than before has begun anew: what
 * was in it is remembered as lost. Run twice it changes nothing but the moment. Locks: the one row.
 */
const REPORT = `
insert into hopsmeter.queue_statuses as status
  (queue, waiting_jobs, active_jobs, delayed_jobs, missing_jobs, added_jobs, is_paused, oldest_waiting_at, measured_at)
select $1, $3::integer, $5::integer, $6::integer, $7::integer, $8::bigint, $9::boolean,
  case when $3::integer > 0 then measured_at - $4::float8 * interval '1 millisecond' end, measured_at
from (select clock_timestamp() - $2::float8 * interval '1 millisecond' as measured_at) as moment
on conflict (queue) do update set
  waiting_jobs = excluded.waiting_jobs, active_jobs = excluded.active_jobs, delayed_jobs = excluded.delayed_jobs,
  missing_jobs = excluded.missing_jobs, added_jobs = excluded.added_jobs, is_paused = excluded.is_paused,
  oldest_waiting_at = excluded.oldest_waiting_at, measured_at = excluded.measured_at,
  lost_jobs = status.lost_jobs + case when excluded.added_jobs >= status.added_jobs then 0
    else status.waiting_jobs + status.active_jobs + status.delayed_jobs + status.missing_jobs end
where status.measured_at < excluded.measured_at
`;

/**
 * Removes queues that nobody has looked at for a day: they were renamed or taken away. Until then a queue that stands
 * still is seen, and one that stands still because no worker is left stays.
 */
const FORGET = `delete from hopsmeter.queue_statuses where measured_at < clock_timestamp() - interval '1 day'`;

/** What a worker saw of its queue. */
export type QueueReport = {
  /** Prefix and name of the queue. */
  readonly queue: string;
  readonly waitingJobs: number;
  readonly activeJobs: number;
  readonly delayedJobs: number;
  readonly missingJobs: number;
  readonly addedJobs: number;
  readonly isPaused: boolean;
  /** Read only while jobs wait. */
  readonly oldestWaitingAgeMs: number;
  /** How long ago it was seen. */
  readonly ageMs: number;
};

/** Writes with {@link REPORT} and {@link FORGET}. */
export async function reportQueueStatus(pool: Pool, report: QueueReport): Promise<void> {
  await pool.query(REPORT, [
    report.queue,
    report.ageMs,
    report.waitingJobs,
    report.oldestWaitingAgeMs,
    report.activeJobs,
    report.delayedJobs,
    report.missingJobs,
    report.addedJobs,
    report.isPaused,
  ]);
  await pool.query(FORGET);
}
