import { z } from 'zod';
import { QUEUE_PREFIX } from './batch-job.ts';

/**
 * What a prefix may be: part of every key that BullMQ makes, so no separator and no pattern of Redis. The braces keep
 * the keys of a queue on one node of a cluster.
 */
const QUEUE_PREFIX_FORM = /^[\w{}-]{1,64}$/;

/** The setting that ingest and worker must agree on. */
export const queuePrefixField = z
  .string()
  .regex(QUEUE_PREFIX_FORM, 'expected 1 to 64 letters, digits, _, - or braces')
  .default(QUEUE_PREFIX)
  .describe('What the names of all queue keys begin with; the same for ingest and worker');
