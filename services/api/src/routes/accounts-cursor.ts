import type { AccountPosition } from '@hopsmeter/db';
import { z } from 'zod';

/** Longer than the longest position: 39 characters of a total and an id of 255, each of up to 6 bytes, in base64. */
const CURSOR_LENGTH_MAX = 2_200;

const positionSchema = z.tuple([
  z.string().regex(/^-?\d{1,26}\.\d{12}$/),
  z
    .string()
    .min(1)
    .max(255)
    .refine((id) => id.isWellFormed() && !id.includes('\0')),
]);

/** Writes the last account of a page as a cursor. Callers must not look into it. */
export function formatAccountsCursor({ totalExact, id }: AccountPosition): string {
  return Buffer.from(JSON.stringify([totalExact, id])).toString('base64url');
}

/** Reads a cursor; undefined when it is not one that {@link formatAccountsCursor} wrote. */
export function parseAccountsCursor(text: string): AccountPosition | undefined {
  if (text.length > CURSOR_LENGTH_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = positionSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const [totalExact, id] = parsed.data;
  const position = { totalExact, id };
  return formatAccountsCursor(position) === text ? position : undefined;
}
