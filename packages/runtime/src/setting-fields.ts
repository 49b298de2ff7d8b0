import { z } from 'zod';
import { LOG_LEVELS } from './create-logger.ts';
import { FAILPOINTS_FORM } from './failpoints.ts';
import { SHUTDOWN_DEADLINE_MS } from './run-process.ts';

/** A longer one would outlive the grace period of every supervisor that we know of. */
const DRAIN_DELAY_MAX_MS = 60_000;

/** A port to listen on; 0 takes any that is free. */
export function portField(defaultPort: number, description: string) {
  return z.coerce.number().int().min(0).max(65_535).default(defaultPort).describe(description);
}

/** Where health is asked beside the usual port, see `listen`. */
export const healthPortField = z.coerce
  .number()
  .int()
  .min(0)
  .max(65_535)
  .optional()
  .describe('Port of /livez, /readyz and /metrics that other connections do not hold up; the usual port has them too');

/** A whole number of at least 1. */
export function countField(defaultCount: number, countMax: number, description: string) {
  return z.coerce.number().int().min(1).max(countMax).default(defaultCount).describe(description);
}

/** The address that `service` listens on. */
export function hostField(service: string) {
  return z
    .string()
    .default('127.0.0.1')
    .describe(`Address that ${service} listens on; 0.0.0.0 in a container, so that others reach it`);
}

/** Postgres, for what `description` says. */
export function databaseUrlField(description: string) {
  return z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that starts with postgres:// or postgresql://' })
    .describe(description);
}

/** How long `service` goes on after it said that it is not ready. */
export function drainDelayField(service: string) {
  return z.coerce
    .number()
    .int()
    .min(0)
    .max(DRAIN_DELAY_MAX_MS)
    .default(0)
    .describe(`How long ${service} still answers after /readyz said no; the time a load balancer needs to notice`);
}

export const databasePasswordField = z.string().optional().describe('Password of `DATABASE_URL`, if the URL has none');

export const redisUrlField = z
  .url({ protocol: /^rediss?$/, error: 'expected a URL that starts with redis:// or rediss://' })
  .describe('Redis of the queue, redis:// or rediss://');

export const logLevelField = z.enum(LOG_LEVELS).default('info').describe('Least important lines that are logged');

export const shutdownDeadlineField = z.coerce
  .number()
  .int()
  .min(1_000)
  .default(SHUTDOWN_DEADLINE_MS)
  .describe('How long closing may take after SIGTERM');

export const failpointsField = z
  .string()
  .regex(FAILPOINTS_FORM, 'expected place=kill|fail|wait|block:chance[:ms], joined by ;')
  .optional()
  .describe('Where this process dies, hangs or fails on purpose; for tests only');
