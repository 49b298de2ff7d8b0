import type { Pool } from '../connection/pool.ts';
import { type FollowingHealth, readFollowingHealth } from '../following/read-following-health.ts';
import { countMissingHours } from '../reconciliation/count-missing-hours.ts';
import { countOverlappingUsage } from '../reconciliation/count-overlapping-usage.ts';
import { readReconciliationState } from '../reconciliation/read-reconciliation-state.ts';
import { finiteInstantText } from '../sql/instant.ts';

/** Workers write every 5 seconds: so much later something is wrong with them, with Redis or with the way to it. */
const QUEUE_STATUS_CURRENT_SECONDS = 30;

/** Hours whose coverage is looked at: what is missing longer is old news, and stands in the coverage. */
const COVERAGE_HOURS = 24;

/**
 * The queues of this database together, as workers saw them last (no row: none ever did), and since when the oldest
 * event waits to be counted. `measured_at` is that of the queue that was looked at the longest ago. $1: seconds that a
 * measurement is current. No locks; the end of an index and a row per queue.
 */
const READ_QUEUE_AND_PARKED = `
select
  coalesce(sum(waiting_jobs), 0)::integer as "waitingJobs",
  coalesce(sum(active_jobs), 0)::integer as "activeJobs",
  coalesce(sum(delayed_jobs), 0)::integer as "delayedJobs",
  coalesce(sum(missing_jobs + lost_jobs), 0)::integer as "missingJobs",
  coalesce(bool_or(is_paused), false) as "isPaused",
  ${finiteInstantText('min(oldest_waiting_at)')} as "oldestWaitingAt",
  ${finiteInstantText('min(measured_at)')} as "measuredAt",
  coalesce(min(measured_at) >= clock_timestamp() - $1::integer * interval '1 second', false) as "isCurrent",
  ${finiteInstantText(`(select min(parked_at) from hopsmeter.parked_events where status = 'pending')`)}
    as "oldestParkedAt"
from hopsmeter.queue_statuses
`;

/** Times are RFC 3339 in UTC with microseconds. */
export type QueueHealth = {
  readonly waitingJobs: number;
  readonly activeJobs: number;
  /** Jobs that come again after a moment: their recording failed. */
  readonly delayedJobs: number;
  /** Jobs that were acknowledged and are neither recorded nor in the queue. */
  readonly missingJobs: number;
  /** Whether somebody paused one of them: nothing of it is counted. */
  readonly isPaused: boolean;
  readonly oldestWaitingAt: string | null;
  readonly measuredAt: string;
  /** Whether it was measured within {@link QUEUE_STATUS_CURRENT_SECONDS}. */
  readonly isCurrent: boolean;
};

export type PipelineHealth = {
  /** Undefined while no worker has ever looked. */
  readonly queue: QueueHealth | undefined;
  /** Rows and statements that nobody can explain; undefined while nothing was ever compared. */
  readonly unexplainedDifference: number | undefined;
  /** When a day was last compared. */
  readonly reconciledAt: string | undefined;
  /** Of the last {@link COVERAGE_HOURS} hours, over all clusters. */
  readonly missingClusterHours: number;
  /** Clusters with such hours. */
  readonly missingClusters: number;
  /** Events of the last {@link COVERAGE_HOURS} hours whose window overlaps that of another one of the same use. */
  readonly overlappingUsage: number;
  readonly oldestParkedAt: string | null;
  /** How the application is followed; undefined where it is not. */
  readonly following: FollowingHealth | undefined;
};

type Row = Omit<QueueHealth, 'measuredAt'> & {
  readonly measuredAt: string | null;
  readonly oldestParkedAt: string | null;
};

/** Reads with {@link READ_QUEUE_AND_PARKED}, and what reconciliation found. */
export async function readPipelineHealth(pool: Pool): Promise<PipelineHealth> {
  const { rows } = await pool.query<Row>(READ_QUEUE_AND_PARKED, [QUEUE_STATUS_CURRENT_SECONDS]);
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate gave no row');
  const { oldestParkedAt, measuredAt, ...queue } = row;
  const { unexplained, checkedAt } = await readReconciliationState(pool);
  const hours = (await countMissingHours(pool, { hours: COVERAGE_HOURS })).map(({ missingHours }) => missingHours);
  const overlapping = await countOverlappingUsage(pool, COVERAGE_HOURS);
  return {
    queue: measuredAt === null ? undefined : { ...queue, measuredAt },
    unexplainedDifference: checkedAt === undefined ? undefined : unexplained,
    reconciledAt: checkedAt,
    missingClusterHours: hours.reduce((sum, count) => sum + count, 0),
    missingClusters: hours.filter((count) => count > 0).length,
    overlappingUsage: overlapping.reduce((sum, { eventCount }) => sum + eventCount, 0),
    oldestParkedAt,
    following: await readFollowingHealth(pool),
  };
}
