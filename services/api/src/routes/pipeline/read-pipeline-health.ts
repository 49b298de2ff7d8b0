import type { FollowingHealth, PipelineHealth } from '@hopsmeter/db';
import { z } from 'zod';

const countSchema = z.int().min(0);
const time = '2026-11-22T14:05:00.123456Z';

/** How the application is followed. */
export const followingSchema = z
  .object({
    state: z.enum(['current', 'held', 'unreadable']).meta({
      description:
        '`current`; `held`: so much is missing that a person has to confirm it; `unreadable`: its database ' +
        'cannot be read',
    }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it is not current', examples: [null] }),
    lookedAt: z
      .string()
      .nullable()
      .meta({ description: 'When a worker looked last', examples: [time] }),
    currentAt: z
      .string()
      .nullable()
      .meta({ description: 'When everything that was seen was brought over last', examples: [time] }),
    isCurrent: z.boolean().meta({ description: 'False when nobody has looked for two minutes' }),
    problemCount: countSchema.meta({
      description: 'Rows of the application that contradict what hopsmeter has, or that a rule refuses',
      examples: [0],
    }),
  })
  .meta({ id: 'Following' });

/** Whether the pipeline does its work, in the numbers that a person asks for first. */
export const healthSchema = z
  .object({
    queue: z
      .object({
        waitingJobs: countSchema.meta({ description: 'Batches that no worker has taken', examples: [3] }),
        activeJobs: countSchema.meta({ description: 'Batches in work', examples: [2] }),
        delayedJobs: countSchema.meta({
          description: 'Batches whose recording failed; each comes again after a moment',
          examples: [0],
        }),
        missingJobs: countSchema.meta({
          description: 'Batches that were acknowledged and are neither recorded nor in the queue; must be 0',
          examples: [0],
        }),
        isPaused: z.boolean().meta({
          description: 'The queue is paused: usage is acknowledged, but none is counted until it is resumed',
          examples: [false],
        }),
        oldestWaitingAt: z
          .string()
          .nullable()
          .meta({ description: 'When the oldest of the waiting was accepted; null when none waits', examples: [time] }),
        measuredAt: z.string().meta({ description: 'When a worker saw it so', examples: [time] }),
        isCurrent: z.boolean().meta({
          description:
            'False when that is more than 30 seconds ago: no worker is alive, or they do not reach Redis or Postgres',
        }),
      })
      .nullable()
      .meta({ description: 'The queue as workers saw it last; null while none ever did' }),
    unexplainedDifference: z
      .string()
      .nullable()
      .meta({
        description:
          'Number of unexplained rows and statements, as whole-number text; must be 0. Null while nothing ' +
          'was ever compared',
        examples: ['0'],
      }),
    reconciledAt: z
      .string()
      .nullable()
      .meta({ description: 'When the ledger and the totals of a day were last compared', examples: [time] }),
    missingClusterHours: countSchema.meta({
      description:
        'Hours of the last 24 that a cluster, or one of its sources, had to report and did not, of all clusters',
      examples: [0],
    }),
    missingClusters: countSchema.meta({ description: 'How many clusters miss such hours', examples: [0] }),
    overlappingUsage: countSchema.meta({
      description:
        'Events of the last 24 hours whose window overlaps that of another one of the same user, project, type and ' +
        'meter; counted, and perhaps reported twice',
      examples: [0],
    }),
    oldestParkedAt: z
      .string()
      .nullable()
      .meta({ description: 'Since when the oldest parked event waits; null when none waits', examples: [time] }),
    following: followingSchema.nullable().meta({
      description: 'How the application beside is followed; null where it is not',
    }),
  })
  .meta({ id: 'PipelineHealth' });

/** Writes what {@link healthSchema} describes. */
export function describeHealth(health: PipelineHealth): z.input<typeof healthSchema> {
  const { queue, unexplainedDifference, reconciledAt } = health;
  return {
    queue: queue ?? null,
    unexplainedDifference: unexplainedDifference === undefined ? null : String(unexplainedDifference),
    reconciledAt: reconciledAt ?? null,
    missingClusterHours: health.missingClusterHours,
    missingClusters: health.missingClusters,
    overlappingUsage: health.overlappingUsage,
    oldestParkedAt: health.oldestParkedAt,
    following: health.following === undefined ? null : describeFollowing(health.following),
  };
}

/** Writes what {@link followingSchema} describes. */
export function describeFollowing(health: FollowingHealth): z.input<typeof followingSchema> {
  const { state, reason, lookedAt, currentAt, isCurrent, problemCount } = health;
  return { state, reason, lookedAt, currentAt, isCurrent, problemCount };
}
