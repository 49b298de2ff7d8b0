import { formatUsageDay, parseUsageDay, SUBJECT_LENGTH_MAX } from '@hopsmeter/usage';
import { z } from 'zod';
import type { ParameterErrorCode } from './parameter-errors.ts';

/** Search texts are names and addresses; the longest e-mail address has 254 characters. */
const SEARCH_LENGTH_MAX = 254;

/** Years in which there can be usage. Beyond them a month is a typing error. */
const MONTH = /^2\d{3}-(?:0[1-9]|1[0-2])$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * A parameter as it stands in the address: one text, read by `parse`, which gives undefined for what it can not read.
 * `expected` is told to the caller then, with the code.
 */
export function parameter<T>(code: ParameterErrorCode, expected: string, parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected, params: { code } });
    return z.NEVER;
  });
}

/** The id of an account owner. */
export const accountIdSchema = parameter(
  'INVALID_TEXT',
  `expected 1 to ${SUBJECT_LENGTH_MAX} characters without control characters`,
  (text) => (isText(text, SUBJECT_LENGTH_MAX) ? text : undefined),
).meta({ description: "The account owner's user id; `|` may stand as it is or as %7C", examples: ['auth0|507f1f77'] });

/** A calendar month in UTC, as its first day and the day after its last. */
export type Month = { readonly month: string; readonly from: string; readonly to: string };

export const monthSchema = parameter('INVALID_MONTH', 'expected a month such as 2026-11', (text) =>
  MONTH.test(text) ? monthOf(text) : undefined,
);

/** `2026-11` as a month. */
export function monthOf(text: string): Month {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
  return { month: text, from: `${text}-01`, to: `${next}-01` };
}

export const daySchema = parameter('INVALID_DAY', 'expected a day such as 2026-11-22', (text) => {
  const day = parseUsageDay(text);
  // A year such as 0001 can be read; written back it shows whether the database would understand it as we do.
  return day !== undefined && formatUsageDay(day) === text ? day : undefined;
});

/** What a text search looks for; empty is the same as not given, because that is what an empty search box sends. */
export const searchSchema = parameter(
  'INVALID_TEXT',
  `expected at most ${SEARCH_LENGTH_MAX} characters without control characters`,
  (text) => (text === '' || isText(text, SEARCH_LENGTH_MAX) ? text : undefined),
);

/** How many items a page holds. */
export function limitSchema({ most, standard }: { readonly most: number; readonly standard: number }) {
  return parameter('INVALID_LIMIT', `expected a whole number from 1 to ${most}`, (text) => {
    const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return limit >= 1 && limit <= most ? limit : undefined;
  })
    .default(standard)
    .meta({ type: 'integer', minimum: 1, maximum: most, description: 'Items on a page' });
}

function isText(text: string, lengthMax: number): boolean {
  return text !== '' && text.length <= lengthMax && !CONTROL.test(text) && text.isWellFormed();
}
