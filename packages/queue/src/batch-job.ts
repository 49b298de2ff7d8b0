import { systemIdSchema } from '@hopsmeter/usage';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

/**
 * The contract between ingest and the worker: one queue, one kind of job, one batch of usage events per job. Whatever
 * changes here must still be read by a worker that is one release older or newer, so a new form gets a new version.
 */

export const QUEUE_NAME = 'usage-batches';

/** The braces make all keys of the queue share one slot of a Redis Cluster, which BullMQ's scripts need. */
export const QUEUE_PREFIX = '{hopsmeter}';

export const JOB_NAME = 'batch';

/**
 * Batches are written as version 3, those with reports of projects as version 4, those with manifests of windows that
 * are missing as version 5. In versions 1 and 2 (those with corrections or manifests) quantities are whole numbers of
 * 10⁻¹²; jobs of an ingest that is one release older are still read.
 */
export const JOB_VERSIONS = [1, 2, 3, 4, 5] as const;

/** As many as one request may hold, so a request never has to be split; 1,000 to 5,000 is where Postgres is fastest. */
export const BATCH_EVENTS_MAX = 5_000;

/** About 70 bytes each, so at most 70 KB of a job tell who sent it; single-event clients never come close. */
export const BATCH_REQUESTS_MAX = 1_000;

/**
 * Largest text of a batch's columns before compression. The largest request body is 5 MiB and columns are smaller than
 * the events they come from, so no accepted batch reaches it; when reading, it stops a payload that unpacks without
 * end.
 */
export const BATCH_TEXT_BYTES_MAX = 8 * 1024 * 1024;

const shortText = z.string().min(1).max(256);
const count = z.int().min(0).max(BATCH_EVENTS_MAX);

/**
 * A job's data. The requests stand outside the compressed part so that a person can see whose batch it is. Their
 * clusters and keys are listed once in `keys`; a request is `[requestId, index in keys, receivedAt, eventCount]`.
 */
export const batchJobSchema = z.object({
  v: z.literal(JOB_VERSIONS),
  id: systemIdSchema,
  keys: z.array(z.tuple([shortText, shortText])).max(BATCH_REQUESTS_MAX),
  requests: z
    .array(z.tuple([shortText, z.int().min(0), z.int(), count]))
    .min(1)
    .max(BATCH_REQUESTS_MAX),
  /** Base64 of the columns (batch-columns.ts) as JSON, compressed with raw deflate. */
  z: z.string(),
});

export type BatchJobData = z.infer<typeof batchJobSchema>;

/**
 * No custom job id: BullMQ silently drops an add whose id exists, and forgets ids with their jobs, so an id protects
 * from nothing that the ledger does not already protect from.
 */
export const JOB_OPTIONS: JobsOptions = {
  // A job must never land in `failed`: dependencies are waited out, bad events are parked by the worker.
  attempts: 1_000_000,
  // After a processor gave up (shutdown, a bug): long enough not to spin, short enough for freshness. The jitter
  // spreads the jobs that one outage sent back together.
  backoff: { type: 'fixed', delay: 1_000, jitter: 0.5 },
  // The ledger is the record of what was done; kept jobs would only fill Redis.
  removeOnComplete: true,
  // Should one ever fail, people must find it.
  removeOnFail: false,
  // Stack traces are in the worker's log; in Redis they would grow with every attempt.
  stackTraceLimit: 1,
};

/** BullMQ's event stream serves no purpose here; it cannot be turned off, so it is kept short. */
export const EVENT_STREAM_LENGTH = 100;
