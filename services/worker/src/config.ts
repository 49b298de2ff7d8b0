import { WEBHOOK_SIGNING_KEY_LENGTH_MIN } from '@hopsmeter/db';
import { FAILPOINTS_FORM, LOG_LEVELS, SHUTDOWN_DEADLINE_MS } from '@hopsmeter/runtime';
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
    .describe(
      'Statements that record batches at the same time, each on a connection of its own; about the cores of Postgres',
    ),
  STRIPE_API_KEY: z
    .string()
    .regex(/^(sk|rk)_[A-Za-z0-9_]+$/, 'expected a secret or restricted key of Stripe')
    .optional()
    .describe('Key that usage is sent to Stripe with; without it nothing is sent'),
  STRIPE_API_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.stripe.com')
    .describe('Where Stripe is; for tests'),
  STRIPE_EXPORT_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(3_600_000)
    .describe('How often new usage is sent to Stripe'),
  STRIPE_MONTH_GRACE_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(72)
    .default(1)
    .describe("Hours for which Stripe leaves a month's invoice open, as set there; later usage goes on the next one"),
  WEBHOOK_SIGNING_KEY: z
    .string()
    .min(WEBHOOK_SIGNING_KEY_LENGTH_MIN, `expected at least ${WEBHOOK_SIGNING_KEY_LENGTH_MIN} characters`)
    .optional()
    .describe(
      'Key that the secrets of webhooks are derived from, the same for api and worker; without it nothing is posted',
    ),
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: z
    .stringbool()
    .default(false)
    .describe('Also post alerts to private addresses and by http; for tests and local use only'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Lowest level that is logged'),
  SHUTDOWN_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(SHUTDOWN_DEADLINE_MS)
    .describe('How long SIGTERM waits for the work in hand'),
  FAILPOINTS: z
    .string()
    .regex(FAILPOINTS_FORM, 'expected place=kill|fail|wait|block:chance[:ms], joined by ;')
    .optional()
    .describe('Where this process dies, hangs or fails on purpose; for tests only'),
});

export type WorkerConfig = z.output<typeof workerConfigSchema>;
