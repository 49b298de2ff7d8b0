import type { Pool } from '../pool.ts';

/**
 * Says how queue $1 was $5 milliseconds ago: $2 jobs waited, the oldest of them for $4 milliseconds, and $3 were in work.
 *
 * Guarantees: an older measurement never replaces a newer one, whichever worker comes first; times are by the clock of
 * the database, so that clocks of workers do not matter. Run twice it changes nothing but the moment. Locks: the one row.
 */
const REPORT = `
insert into hopsmeter.queue_statuses as status (queue, waiting_jobs, active_jobs, oldest_waiting_at, measured_at)
select $1, $2::integer, $3::integer,
  case when $2::integer > 0 then measured_at - $4::float8 * interval '1 millisecond' end, measured_at
from (select clock_timestamp() - $5::float8 * interval '1 millisecond' as measured_at) as moment
on conflict (queue) do update set
  waiting_jobs = excluded.waiting_jobs, active_jobs = excluded.active_jobs,
  oldest_waiting_at = excluded.oldest_waiting_at, measured_at = excluded.measured_at
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
  /** Read only while jobs wait. */
  readonly oldestWaitingAgeMs: number;
  /** How long ago it was seen. */
  readonly ageMs: number;
};

/** Writes with {@link REPORT} and {@link FORGET}. */
export async function reportQueueStatus(pool: Pool, report: QueueReport): Promise<void> {
  const { queue, waitingJobs, activeJobs, oldestWaitingAgeMs, ageMs } = report;
  await pool.query(REPORT, [queue, waitingJobs, activeJobs, oldestWaitingAgeMs, ageMs]);
  await pool.query(FORGET);
}
