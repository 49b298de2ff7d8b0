import { LOG_LEVELS, SHUTDOWN_DEADLINE_MS } from '@hopsmeter/runtime';
import { z } from 'zod';
import { SERVICE_ROLE_KEY_FORM, SERVICE_ROLE_KEY_LENGTH_MIN } from './callers/service-role-key.ts';

/** The settings of the api. */
export const apiConfigSchema = z.object({
  API_PORT: z.coerce.number().int().min(0).max(65_535).default(4_000).describe('Port that the api listens on'),
  API_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the api listens on; 0.0.0.0 in a container, so that others reach it'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('Postgres that totals are read from; may be a transaction pooler'),
  API_DATABASE_CONNECTIONS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('Connections to Postgres at most; a request holds two for some milliseconds'),
  SUPABASE_SERVICE_ROLE_KEY: z
    .string()
    .min(SERVICE_ROLE_KEY_LENGTH_MIN, `expected at least ${SERVICE_ROLE_KEY_LENGTH_MIN} characters`)
    .regex(SERVICE_ROLE_KEY_FORM, 'expected characters that a Bearer header can carry')
    .describe('Key that sees every account; without it the api does not start'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least important lines that are logged'),
  DRAIN_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('How long the api still answers after /readyz said no; the time a load balancer needs to notice'),
  SHUTDOWN_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(SHUTDOWN_DEADLINE_MS)
    .describe('How long closing may take after SIGTERM'),
});
