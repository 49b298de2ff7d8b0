import { parseTime, parseUsageDay, SUBJECT_LENGTH_MAX, type UsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { isText, parameter, userIdSchema } from '../../contract/parameters.ts';

/** What OpenMeter's clients send for a day: a moment, which must be the beginning of one (UTC), or the day itself. */
const DAY_START = /^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:00))?$/;

/** Subjects of one question at most. */
const SUBJECTS_MAX = 100;

/** The beginning of a UTC day. */
export function dayStartSchema(description: string, example: string) {
  return parameter({
    parse: parseDayStart,
    code: 'INVALID_DAY',
    expected: 'expected the beginning of a UTC day, such as 2026-11-22T00:00:00Z: usage is kept by day',
    describedAs: { description, examples: [example] },
  }).optional();
}

/** A moment, or a day as its beginning. */
export function momentSchema(description: string, example: string) {
  return parameter({
    parse: (text) => parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text),
    code: 'INVALID_DAY',
    expected: 'expected a moment such as 2026-11-22T13:00:00Z',
    describedAs: { description, examples: [example] },
  }).optional();
}

/** Reads the beginning of a UTC day; undefined for any other text. */
export function parseDayStart(text: string): UsageDay | undefined {
  const day = DAY_START.exec(text)?.[1];
  return day === undefined ? undefined : parseUsageDay(day);
}

const subject = userIdSchema('A user id');

/** A parameter that may be given once or several times, as a list. */
export function repeatable<S extends z.ZodType>(schema: S, most: number, description: string) {
  return z
    .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(schema).max(most).optional())
    .meta({ description: `${description}. May be given several times` });
}

const filterValue = (example: string) =>
  parameter({
    parse: (text) => (isText(text, SUBJECT_LENGTH_MAX) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected 1 to ${SUBJECT_LENGTH_MAX} characters without control characters`,
    describedAs: { description: 'A value', examples: [example] },
  });

/** Only usage with one of these values of a grouping. */
export function filterValuesSchema(grouping: string, example: string) {
  return repeatable(filterValue(example), SUBJECTS_MAX, `Only usage whose ${grouping} is one of these`);
}

/** Customers are account owners. */
export const customersSchema = repeatable(filterValue('auth0|507f1f77'), SUBJECTS_MAX, 'Only of these account owners');

export const clientIdSchema = z
  .string()
  .max(100)
  .optional()
  .meta({ description: "OpenMeter's clients may send it; it has no effect", examples: ['report-2026-11'] });

export const timeZoneSchema = z
  .string()
  .max(100)
  .optional()
  .meta({ description: 'Windows are UTC; without windows any zone gives the same', examples: ['UTC'] });

/** One of some texts. */
export const choice = <T extends string>(options: readonly T[], description: string) =>
  parameter({
    parse: (text) => options.find((option) => option === text),
    code: 'INVALID_CHOICE',
    expected: `expected one of ${options.join(', ')}`,
    describedAs: { description, enum: [...options] },
  });

/** Whose usage is asked for. */
export const subjectsSchema = repeatable(subject, SUBJECTS_MAX, 'Only of these users');
