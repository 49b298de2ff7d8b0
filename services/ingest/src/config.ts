import { queuePrefixField } from '@hopsmeter/queue';
import {
  countField,
  databasePasswordField,
  databaseUrlField,
  drainDelayField,
  failpointsField,
  healthPortField,
  hostField,
  logLevelField,
  portField,
  redisUrlField,
  shutdownDeadlineField,
} from '@hopsmeter/runtime';
import { z } from 'zod';
import { BACKLOG_AGE_MAX_MS } from './admission-gate.ts';
import { KEY_EVENTS_PER_SECOND, KEY_REQUESTS_PER_SECOND } from './key-limits.ts';

/** The settings of ingest. */
export const ingestConfigSchema = z.object({
  INGEST_PORT: portField(4_100, 'Port that ingest listens on'),
  INGEST_HOST: hostField('ingest'),
  HEALTH_PORT: healthPortField,
  REDIS_URL: redisUrlField,
  DATABASE_URL: databaseUrlField('Postgres that the cluster keys are read from; may be a transaction pooler'),
  SUPABASE_DB_PASSWORD: databasePasswordField,
  QUEUE_PREFIX: queuePrefixField,
  QUEUE_BACKLOG_AGE_MAX_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(BACKLOG_AGE_MAX_MS)
    .describe('Age of the oldest waiting batch at which ingest answers 503'),
  INGEST_KEY_EVENTS_PER_SECOND: countField(
    KEY_EVENTS_PER_SECOND,
    Number.MAX_SAFE_INTEGER,
    'Events a second that one cluster key may send to one process; beyond it the answer is 429',
  ),
  INGEST_KEY_REQUESTS_PER_SECOND: countField(
    KEY_REQUESTS_PER_SECOND,
    Number.MAX_SAFE_INTEGER,
    'Requests a second that one cluster key may send to one process; beyond it the answer is 429',
  ),
  REDIS_SETTINGS_UNKNOWN_ALLOWED: z
    .stringbool()
    .default(false)
    .describe(
      'Accept a Redis that refuses CONFIG, as managed ones do; that it syncs before it replies is then up to you',
    ),
  LOG_LEVEL: logLevelField,
  DRAIN_DELAY_MS: drainDelayField('ingest'),
  SHUTDOWN_DEADLINE_MS: shutdownDeadlineField,
  FAILPOINTS: failpointsField,
});
