import { WEBHOOK_SIGNING_KEY_LENGTH_MIN } from '@hopsmeter/db';
import { queuePrefixField } from '@hopsmeter/queue';
import {
  countField,
  databasePasswordField,
  databaseUrlField,
  failpointsField,
  healthPortField,
  hostField,
  logLevelField,
  portField,
  redisUrlField,
  shutdownDeadlineField,
} from '@hopsmeter/runtime';
import { z } from 'zod';

/** The worker's settings. */
export const workerConfigSchema = z.object({
  DATABASE_URL: databaseUrlField('Postgres; may be a transaction pooler (Supabase port 6543)'),
  SUPABASE_DB_PASSWORD: databasePasswordField,
  REDIS_URL: redisUrlField,
  QUEUE_PREFIX: queuePrefixField,
  WORKER_PORT: portField(4_200, 'Port of /livez, /readyz and /metrics'),
  WORKER_HOST: hostField('the worker'),
  HEALTH_PORT: healthPortField,
  WORKER_CONCURRENCY: countField(
    2,
    64,
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
  DIRECTORY_SOURCE_URL: databaseUrlField('')
    .optional()
    .describe('Postgres of the application that is followed; may be a transaction pooler; without it none is'),
  DIRECTORY_SOURCE_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(30_000)
    .describe('How often changes of the application are looked for'),
  DIRECTORY_SOURCE_MISSING_PERCENT_MAX: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(20)
    .describe('Percent of the rows of a table that may be missing at once before a person has to confirm it'),
  LOG_LEVEL: logLevelField,
  SHUTDOWN_DEADLINE_MS: shutdownDeadlineField,
  FAILPOINTS: failpointsField,
});
