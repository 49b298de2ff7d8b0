import { z } from 'zod';
import { parameter } from './parameters.ts';

/** Longer than two texts of 255 characters of up to 6 bytes each, in base64. */
const CURSOR_LENGTH_MAX = 4_400;

const textSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text.isWellFormed() && !text.includes('\0'));

/** Writes the place of a page's last row as a cursor. Callers must not look into it. */
function formatCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Reads a cursor of texts of these forms; undefined when {@link formatCursor} did not write it. */
function parseCursor(text: string, forms: readonly RegExp[]): readonly string[] | undefined {
  if (text.length > CURSOR_LENGTH_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = z.array(textSchema).length(forms.length).safeParse(value);
  if (!parsed.success || formatCursor(parsed.data) !== text) return undefined;
  return parsed.data.every((part, place) => forms[place]?.test(part)) ? parsed.data : undefined;
}

/** What a place is made of. */
export const ANY_TEXT = /^/;
export const SYSTEM_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** The cursor of a list whose rows are ordered by these parts. */
export const cursorSchema = (...forms: readonly RegExp[]) =>
  parameter({
    parse: (text) => parseCursor(text, forms),
    code: 'INVALID_CURSOR',
    expected: 'expected the nextCursor of a page of this list',
    describedAs: { description: 'Where the page begins: `nextCursor` of the page before, with the same filters' },
  }).optional();

export const nextCursorSchema = z
  .string()
  .optional()
  .meta({ description: 'Ask with it for the next page; the last page has none', examples: ['WyIyMDI2LTExLTIyIl0'] });

/** Cuts a page of `limit` rows out of one more than that, with the cursor of the next page. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  placeOf: (row: T) => readonly string[],
): { readonly rows: T[]; readonly next: { readonly nextCursor?: string } } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { rows: page, next: last === undefined ? {} : { nextCursor: formatCursor(placeOf(last)) } };
}
