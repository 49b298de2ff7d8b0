import { LOG_LEVELS, SHUTDOWN_DEADLINE_MS } from '@hopsmeter/runtime';
import { z } from 'zod';

/** The worker's settings. */
export const workerConfigSchema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected a URL that starts with postgres://')
    .describe('Postgres; may be a transaction pooler (Supabase port 6543)'),
  SUPABASE_DB_PASSWORD: z.string().optional().describe('Password of `DATABASE_URL`, where that has none'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected a URL that starts with redis:// or rediss://')
    .describe('Redis of the queue'),
  QUEUE_PREFIX: z
    .string()
    .default('{hopsmeter}')
    .describe('Prefix of the queue in Redis; the same for ingest and worker'),
  WORKER_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4200)
    .describe('Port of /livez, /readyz and /metrics'),
  WORKER_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Batches recorded at the same time, each on a connection of its own; about the cores of Postgres'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Lowest level that is logged'),
  SHUTDOWN_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(SHUTDOWN_DEADLINE_MS)
    .describe('How long SIGTERM waits for the work in hand'),
});

export type WorkerConfig = z.output<typeof workerConfigSchema>;
