import { healthPortField, hostField, logLevelField, portField, shutdownDeadlineField } from '@hopsmeter/runtime';
import { collectorSettings, refuseRuleProblems } from '@hopsmeter/sources';
import { z } from 'zod';
import { HOUR_MS } from './hours/hour.ts';

/** Looked at again sooner, late samples would still be missing; later, OpenCost may have forgotten the hour. */
const RECHECK_HOURS = { least: 1, usual: 26, most: 720 };

/** The settings of the collector. */
export const collectorConfigSchema = z
  .object({
    ...collectorSettings,
    COLLECT_FROM: z.iso
      .datetime({ error: 'expected the start of an hour in UTC, such as 2026-11-22T13:00:00Z' })
      .transform((text) => Date.parse(text))
      .refine((time) => time % HOUR_MS === 0, 'expected the start of an hour')
      .optional()
      .describe('First hour of compute and egress, at the first start; without it the hour in which that is'),
    RECHECK_AFTER_HOURS: z.coerce
      .number()
      .int()
      .min(RECHECK_HOURS.least)
      .max(RECHECK_HOURS.most)
      .default(RECHECK_HOURS.usual)
      .describe('Hours after which an hour of compute is asked for again, and corrected where it changed'),
    RECHECK_THRESHOLD: z
      .string()
      .regex(/^(0(\.\d{1,6})?|1)$/, 'expected a decimal from 0 to 1, such as 0.001')
      .default('0.001')
      .describe('By which part of it a quantity must have changed to be corrected'),
    COLLECTOR_PORT: portField(4_300, 'Port of /livez, /readyz and /metrics'),
    COLLECTOR_HOST: hostField('the collector'),
    HEALTH_PORT: healthPortField,
    LOG_LEVEL: logLevelField,
    SHUTDOWN_DEADLINE_MS: shutdownDeadlineField,
  })
  .superRefine(refuseRuleProblems);
