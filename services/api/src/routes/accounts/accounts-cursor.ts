import { ACCOUNTS_SORTS, type AccountPosition } from '@hopsmeter/db';
import { z } from 'zod';

/** Longer than the longest position: a name and an id of 255 characters, each of up to 6 bytes, in base64. */
const CURSOR_LENGTH_MAX = 4_200;

const KEY_LENGTH_MAX = 255;

const textSchema = z.string().refine((text) => text.isWellFormed() && !text.includes('\0'));
const idSchema = textSchema.min(1).max(255);
const numberKeySchema = z.string().regex(/^-?\d{1,26}\.\d{12}$/);
/** Postgres counts characters, of which each is up to two of JavaScript's. */
const nameKeySchema = textSchema.max(2 * KEY_LENGTH_MAX);

const positionSchema = z.union([
  z.tuple([z.enum(ACCOUNTS_SORTS).exclude(['name', '-name']), numberKeySchema, idSchema]),
  z.tuple([z.enum(ACCOUNTS_SORTS).extract(['name', '-name']), nameKeySchema, idSchema]),
]);

/** Writes the last account of a page as a cursor. Callers must not look into it. */
export function formatAccountsCursor({ sort, key, id }: AccountPosition): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
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
  const [sort, key, id] = parsed.data;
  const position = { sort, key, id };
  return formatAccountsCursor(position) === text ? position : undefined;
}
