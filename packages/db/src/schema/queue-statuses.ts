import { sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/pg-core';
import { hopsmeterTable, instant } from './columns.ts';

/**
 * What workers saw of their queue last, for those who do not talk to Redis. Every worker of the queue writes its row every
 * few seconds; one that is older says only how it was then. Nothing is computed from it.
 */
export const queueStatuses = hopsmeterTable(
  'queue_statuses',
  {
    /** Prefix and name of the queue in Redis. */
    queue: text('queue').primaryKey(),
    /** Jobs that nobody has taken. */
    waitingJobs: integer('waiting_jobs').notNull(),
    activeJobs: integer('active_jobs').notNull(),
    /** Since when the oldest of them waits; NULL when none does. */
    oldestWaitingAt: instant('oldest_waiting_at'),
    measuredAt: instant('measured_at').notNull(),
  },
  (table) => [
    check('queue_statuses_counts_valid', sql`${table.waitingJobs} >= 0 and ${table.activeJobs} >= 0`),
    check('queue_statuses_oldest_of_waiting', sql`(${table.waitingJobs} = 0) = (${table.oldestWaitingAt} is null)`),
  ],
).enableRLS();
