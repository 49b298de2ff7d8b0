import { QUEUE_PREFIX } from '@hopsmeter/queue';
import { FAILPOINTS_FORM, LOG_LEVELS, SHUTDOWN_DEADLINE_MS } from '@hopsmeter/runtime';
import { z } from 'zod';
import { BACKLOG_AGE_MAX_MS } from './admission-gate.ts';
import { KEY_EVENTS_PER_SECOND, KEY_REQUESTS_PER_SECOND } from './key-limits.ts';

/** The settings of ingest. */
export const ingestConfigSchema = z.object({
  INGEST_PORT: z.coerce.number().int().min(0).max(65_535).default(4_100).describe('Port that ingest listens on'),
  INGEST_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that ingest listens on; 0.0.0.0 in a container, so that others reach it'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).describe('Redis of the queue, redis:// or rediss://'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('Postgres that the cluster keys are read from; may be a transaction pooler'),
  SUPABASE_DB_PASSWORD: z.string().optional().describe('Password of `DATABASE_URL`, where that has none'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}-]{1,64}$/)
    .default(QUEUE_PREFIX)
    .describe('What the names of all queue keys begin with; the same for ingest and worker'),
  QUEUE_BACKLOG_AGE_MAX_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(BACKLOG_AGE_MAX_MS)
    .describe('Age of the oldest waiting batch at which ingest answers 503'),
  INGEST_KEY_EVENTS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(KEY_EVENTS_PER_SECOND)
    .describe('Events a second that one cluster key may send to one process; beyond it the answer is 429'),
  INGEST_KEY_REQUESTS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(KEY_REQUESTS_PER_SECOND)
    .describe('Requests a second that one cluster key may send to one process; beyond it the answer is 429'),
  REDIS_SETTINGS_UNKNOWN_ALLOWED: z
    .stringbool()
    .default(false)
    .describe(
      'Accept a Redis that refuses CONFIG, as managed ones do; that it syncs before it replies is then up to you',
    ),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least important lines that are logged'),
  DRAIN_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('How long ingest still accepts after /readyz said no; the time a load balancer needs to notice'),
  SHUTDOWN_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(SHUTDOWN_DEADLINE_MS)
    .describe('How long closing may take after SIGTERM'),
  FAILPOINTS: z
    .string()
    .regex(FAILPOINTS_FORM, 'expected place=kill|fail|wait|block:chance[:ms], joined by ;')
    .optional()
    .describe('Where this process dies, hangs or fails on purpose; for tests only'),
});
