import { NO_PROJECT } from '@hopsmeter/db';
import { isUserId, parseSystemId, parseUsageDay, SUBJECT_LENGTH_MAX, USER_ID_FORM } from '@hopsmeter/usage';
import { z } from 'zod';
import type { ParameterErrorCode } from './parameter-errors.ts';

/** Search texts are ids, names and addresses; ids are the longest. */
const SEARCH_LENGTH_MAX = SUBJECT_LENGTH_MAX;

/** Years in which there can be usage. Beyond them a month is a typing error. */
const MONTH = /^2\d{3}-(?:0[1-9]|1[0-2])$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export type ParameterOptions<T> = {
  /** Reads the text; undefined when it cannot. */
  readonly parse: (text: string) => T | undefined;
  /** What a caller is told then: the code and what was expected. */
  readonly code: ParameterErrorCode;
  readonly expected: string;
  /** What the OpenAPI document says, as JSON Schema of what stands in the address. */
  readonly describedAs: {
    readonly description: string;
    readonly examples?: readonly string[];
    readonly [keyword: string]: unknown;
  };
};

/** A parameter: one text in the address, read once and trusted afterwards. */
export function parameter<T>({ parse, code, expected, describedAs }: ParameterOptions<T>) {
  const { examples, ...meta } = describedAs;
  // On the text and not on the result: zod leaves the examples of a result out of what describes the input.
  const text = z.string().meta({ ...meta, ...(examples === undefined ? {} : { examples: [...examples] }) });
  return text
    .transform((given, context): T => {
      const value = parse(given);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected, params: { code } });
      return z.NEVER;
    })
    .meta({ description: describedAs.description });
}

/** The id of a user in the path or the query. */
export const userIdSchema = (description: string) =>
  parameter({
    parse: (text) => (isUserId(text) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected a user id: ${USER_ID_FORM}`,
    describedAs: { description, examples: ['auth0|507f1f77'] },
  });

/** The id of an account owner. */
export const accountIdSchema = userIdSchema("The account owner's user id; `|` may stand as it is or as %7C");

/** A calendar month in UTC, as its first day and the day after its last. */
export type Month = { readonly month: string; readonly from: string; readonly to: string };

export const monthSchema = parameter({
  parse: (text) => (MONTH.test(text) ? monthOf(text) : undefined),
  code: 'INVALID_MONTH',
  expected: 'expected a month such as 2026-11',
  describedAs: {
    description: 'Calendar month in UTC; the current one when not given',
    examples: ['2026-11'],
    pattern: MONTH.source,
  },
});

/** `2026-11` as a month. */
export function monthOf(text: string): Month {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
  return { month: text, from: `${text}-01`, to: `${next}-01` };
}

/** A UTC day. */
export function daySchema(description: string, example: string) {
  return parameter({
    parse: parseUsageDay,
    code: 'INVALID_DAY',
    expected: 'expected a day such as 2026-11-22',
    describedAs: { description, examples: [example], format: 'date' },
  });
}

/** A year, and a month on each side of it: enough to compare a month with the same one a year ago. */
export const RANGE_DAYS_MAX = 400;

/** The days that a question is about, for a {@link checkRange}d object. */
export const rangeShape = {
  from: daySchema('First day (UTC)', '2026-11-01'),
  to: daySchema(`Day after the last one (UTC); at most ${RANGE_DAYS_MAX} days after \`from\``, '2026-12-01'),
};

/** Refuses a range that is empty or too long, in a `superRefine`. */
export function checkRange(
  { from, to }: { readonly from: number; readonly to: number },
  context: z.core.$RefinementCtx,
  daysMax = RANGE_DAYS_MAX,
): void {
  const refuse = (code: ParameterErrorCode, message: string) =>
    context.addIssue({ code: 'custom', path: ['to'], message, params: { code } });
  if (to - from < 1) refuse('INVALID_RANGE', 'expected a day after from; to is exclusive');
  if (to - from > daysMax) refuse('RANGE_TOO_LONG', `expected at most ${daysMax} days after from`);
}

/** Longest name of a meter. */
const METER_LENGTH_MAX = 253;

/** Asks for one account. */
export const accountFilter = userIdSchema("Only of this account: the owner's user id").optional();

/** Which usage of an account is asked for. An id that nobody has is of no usage, and no mistake. */
export const usageFilterShape = {
  user: userIdSchema('Only of this user').optional(),
  project: parameter({
    parse: (text) => (text === NO_PROJECT ? text : parseSystemId(text)),
    code: 'INVALID_TEXT',
    expected: `expected a UUID or ${NO_PROJECT}`,
    describedAs: {
      description: `Only of this project; \`${NO_PROJECT}\` is usage outside of any project`,
      examples: ['3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11'],
    },
  }).optional(),
  cluster: parameter({
    parse: parseSystemId,
    code: 'INVALID_TEXT',
    expected: 'expected a UUID',
    describedAs: { description: 'Only of this cluster', examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] },
  }).optional(),
  meter: parameter({
    parse: (text) => (isText(text, METER_LENGTH_MAX) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected 1 to ${METER_LENGTH_MAX} characters without control characters`,
    describedAs: { description: 'Only of this meter', examples: ['cpu_hours'] },
  }).optional(),
};

/** What a text search looks for; empty is the same as not given, because that is what an empty search box sends. */
export function searchSchema(description: string, example: string) {
  return parameter({
    parse: (text) => (text === '' || isText(text, SEARCH_LENGTH_MAX) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected at most ${SEARCH_LENGTH_MAX} characters without control characters`,
    describedAs: { description, examples: [example], maxLength: SEARCH_LENGTH_MAX },
  });
}

/** How many items a page holds. */
export function limitSchema({ most, standard }: { readonly most: number; readonly standard: number }) {
  return parameter({
    parse: (text) => {
      const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      return limit >= 1 && limit <= most ? limit : undefined;
    },
    code: 'INVALID_LIMIT',
    expected: `expected a whole number from 1 to ${most}`,
    describedAs: { description: 'Items on a page', type: 'integer', minimum: 1, maximum: most, default: standard },
  }).default(standard);
}

/** Whether a text is not empty, not too long, well-formed and without control characters. */
export function isText(text: string, lengthMax: number): boolean {
  return text !== '' && text.length <= lengthMax && !CONTROL.test(text) && text.isWellFormed();
}
