import {
  EVENT_TYPES,
  type EventType,
  parseQuantity,
  parseTime,
  type Quantity,
  type UsageEvent,
} from '@hopsmeter/usage';
import { z } from 'zod';

const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];

const timeSchema = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'expected an RFC 3339 time' });
  return z.NEVER;
});

const quantitySchema = z.string().transform((text, context): Quantity => {
  try {
    return parseQuantity(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'expected a decimal' });
    return z.NEVER;
  }
});

const describedEventSchema = z.object({
  id: z.string(),
  sourcePath: z.string(),
  type: z.enum(EVENT_TYPE_NAMES),
  subject: z.string().optional(),
  namespace: z.string().optional(),
  gpuModel: z.string().optional(),
  start: timeSchema,
  end: timeSchema,
  usages: z.array(z.object({ meter: z.string(), quantity: quantitySchema })),
});

/**
 * Reads what `describeEvent` wrote, after Postgres kept it as JSON.
 *
 * @returns `undefined` for anything else, such as the payload of a job that nobody could read.
 */
export function parseDescribedEvent(value: unknown): UsageEvent | undefined {
  const { success, data } = describedEventSchema.safeParse(value);
  if (!success) return undefined;
  const { subject, namespace, gpuModel, ...event } = data;
  return { ...event, subject, namespace, gpuModel };
}
