import { z } from 'zod';
import type { CorrectionEvent, UsageEvent, UsageType } from './event.ts';
import { type ExactQuantity, formatExactUnits, toExactUnits } from './exact-quantity.ts';
import { parseTime } from './time.ts';

const USAGE_TYPES = ['compute', 'storage', 'network', 'meter'] as const satisfies readonly UsageType[];

const timeSchema = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'expected an RFC 3339 time' });
  return z.NEVER;
});

const quantitySchema = z.string().transform((text, context): ExactQuantity => {
  try {
    return formatExactUnits(toExactUnits(text));
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'expected a decimal' });
    return z.NEVER;
  }
});

const usagesSchema = z.array(z.object({ meter: z.string(), quantity: quantitySchema }));

const describedEventSchema = z.object({
  id: z.string(),
  sourcePath: z.string(),
  type: z.enum(USAGE_TYPES),
  subject: z.string().optional(),
  namespace: z.string().optional(),
  gpuModel: z.string().optional(),
  start: timeSchema,
  end: timeSchema,
  usages: usagesSchema,
});

const describedCorrectionSchema = z.object({
  id: z.string(),
  sourcePath: z.string(),
  type: z.literal('correction'),
  replaces: z.string(),
  correctedAt: timeSchema,
  usages: usagesSchema,
  reason: z.string().optional(),
});

/**
 * Reads what `describeEvent` wrote of usage, after Postgres kept it as JSON.
 *
 * @returns `undefined` for anything else, such as a correction or the payload of a job that nobody could read.
 */
export function parseDescribedEvent(value: unknown): UsageEvent | undefined {
  const { success, data } = describedEventSchema.safeParse(value);
  if (!success) return undefined;
  const { subject, namespace, gpuModel, ...event } = data;
  return { ...event, subject, namespace, gpuModel };
}

/**
 * Reads what `describeEvent` wrote of a correction.
 *
 * @returns `undefined` for anything else.
 */
export function parseDescribedCorrection(value: unknown): CorrectionEvent | undefined {
  const { success, data } = describedCorrectionSchema.safeParse(value);
  return success ? { ...data, reason: data.reason } : undefined;
}
