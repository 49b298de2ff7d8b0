import { parseTime, parseUsageDay, systemIdSchema } from '@hopsmeter/usage';
import { z } from 'zod';
import { parameter } from './parameters.ts';

/** Longer than the longest position: two ids of 255 characters and a meter, each of up to 6 bytes, in base64. */
const CURSOR_LENGTH_MAX = 7_000;

/** What a position is made of: an id or a name. */
export const textPart = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text.isWellFormed() && !text.includes('\0'));
export const systemIdPart = systemIdSchema;
export const dayPart = z.string().refine((text) => parseUsageDay(text) !== undefined);
/** As the database writes an instant: always with microseconds. */
export const instantPart = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  .refine((text) => parseTime(text) !== undefined);

type Parts = Readonly<Record<string, z.ZodType<string | number | null>>>;

/**
 * The cursor of a list: the position of a page's last row, which is what the list is ordered by, in that order.
 *
 * Callers must not look into it. It is the position's values as JSON, in base64url; one that is not what the list would
 * have written is refused.
 *
 * @param schema a text, a number or null for each part; its own rules may tie parts to each other.
 * @param filters what must be the same as on the page before.
 */
export function createPageCursor<Shape extends Parts>(schema: z.ZodObject<Shape>, filters = 'with the same filters') {
  type Position = z.output<typeof schema>;
  const names = Object.keys(schema.shape);

  const format = (position: Position): string => {
    const values: Readonly<Record<string, unknown>> = position;
    return Buffer.from(JSON.stringify(names.map((name) => values[name]))).toString('base64url');
  };

  const parse = (text: string): Position | undefined => {
    const values = text.length > CURSOR_LENGTH_MAX ? undefined : readArray(text);
    if (values?.length !== names.length) return undefined;
    const position = schema.safeParse(Object.fromEntries(names.map((name, place) => [name, values[place]]))).data;
    return position !== undefined && format(position) === text ? position : undefined;
  };

  return {
    format,
    /** Undefined when {@link format} did not write it. */
    parse,
    /** The parameter of the query. */
    parameter: parameter({
      parse,
      code: 'INVALID_CURSOR',
      expected: 'expected the nextCursor of a page of this list',
      describedAs: { description: `Where the page begins: \`nextCursor\` of the page before, ${filters}` },
    }).optional(),
    /** Cuts a page of `limit` rows out of one more than that, with the cursor of the next page. */
    pageOf<Row>(
      rows: readonly Row[],
      limit: number,
      positionOf: (row: Row) => Position,
    ): { readonly rows: Row[]; readonly next: { readonly nextCursor?: string } } {
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { rows: page, next: last === undefined ? {} : { nextCursor: format(positionOf(last)) } };
    },
  };
}

/** Of an answer. */
export const nextCursorSchema = z
  .string()
  .optional()
  .meta({ description: 'Ask with it for the next page; the last page has none', examples: ['WyIyMDI2LTExLTIyIl0'] });

/** The JSON array that a cursor holds. */
function readArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
