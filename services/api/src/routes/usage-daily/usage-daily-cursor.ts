import type { UsageDailyKey } from '@hopsmeter/db';
import { parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';

/** Longer than the longest key: two ids of 255 characters and a meter of 253, each of up to 6 bytes, in base64. */
const CURSOR_LENGTH_MAX = 7_000;

const text = z
  .string()
  .min(1)
  .max(255)
  .refine((value) => value.isWellFormed() && !value.includes('\0'));
const day = z.string().refine((value) => parseUsageDay(value) !== undefined);
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const keySchema = z.tuple([text, day, text, uuid, uuid.nullable(), text, day]);

/** Writes the last row of a page as a cursor. Callers must not look into it. */
export function formatUsageDailyCursor(key: UsageDailyKey): string {
  const { accountOwnerId, bookedOn, userId, clusterId, projectId, meter, usageDate } = key;
  const values = [accountOwnerId, bookedOn, userId, clusterId, projectId, meter, usageDate];
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Reads a cursor; undefined when it is not one that {@link formatUsageDailyCursor} wrote. */
export function parseUsageDailyCursor(given: string): UsageDailyKey | undefined {
  if (given.length > CURSOR_LENGTH_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(given, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = keySchema.safeParse(value);
  if (!parsed.success) return undefined;
  const [accountOwnerId, bookedOn, userId, clusterId, projectId, meter, usageDate] = parsed.data;
  const key = { accountOwnerId, bookedOn, userId, clusterId, projectId, meter, usageDate };
  return formatUsageDailyCursor(key) === given ? key : undefined;
}
