import { sql } from 'drizzle-orm';
import { bigint, boolean, check, integer, text } from 'drizzle-orm/pg-core';
import { hopsmeterTable, instant } from './columns.ts';

/**
 * What workers saw of their queue last, for those who do not talk to Redis. Every worker of the queue writes its row
 * every few seconds; one that is older says only how it was then. Nothing is computed from it.
 */
export const queueStatuses = hopsmeterTable(
  'queue_statuses',
  {
    /** Prefix and name of the queue in Redis. */
    queue: text('queue').primaryKey(),
    /** Jobs that nobody has taken. */
    waitingJobs: integer('waiting_jobs').notNull(),
    activeJobs: integer('active_jobs').notNull(),
    /** Jobs that come again after a moment: their recording failed. */
    delayedJobs: integer('delayed_jobs').notNull(),
    /** Jobs that were ever added; less than before where the queue began anew. */
    addedJobs: bigint('added_jobs', { mode: 'bigint' }).notNull(),
    /** Jobs that were added and are neither completed nor in the queue. */
    missingJobs: integer('missing_jobs').notNull(),
    /**
     * Jobs that were in the queue, or missing, when it was last seen before it began anew. A person sets it back to 0.
     */
    lostJobs: integer('lost_jobs').notNull().default(0),
    isPaused: boolean('is_paused').notNull(),
    /** Since when the oldest of them waits; NULL when none does. */
    oldestWaitingAt: instant('oldest_waiting_at'),
    measuredAt: instant('measured_at').notNull(),
  },
  (table) => [
    check(
      'queue_statuses_counts_valid',
      sql`least(${table.waitingJobs}, ${table.activeJobs}, ${table.delayedJobs}, ${table.missingJobs},
        ${table.lostJobs}) >= 0`,
    ),
    check('queue_statuses_oldest_of_waiting', sql`(${table.waitingJobs} = 0) = (${table.oldestWaitingAt} is null)`),
  ],
).enableRLS();
