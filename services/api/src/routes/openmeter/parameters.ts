import { type Micros, parseTime, SUBJECT_LENGTH_MAX } from '@hopsmeter/usage';
import { z } from 'zod';
import { isText, parameter, userIdSchema } from '../../contract/parameters.ts';

/** Subjects of one question at most. */
const SUBJECTS_MAX = 100;

/** A moment, or a day as its beginning. */
export function momentSchema(description: string, example: string) {
  return parameter({
    parse: parseMoment,
    code: 'INVALID_DAY',
    expected: 'expected a moment such as 2026-11-22T13:00:00Z',
    describedAs: { description, examples: [example] },
  }).optional();
}

/**
 * Reads a moment, or a day as its beginning (UTC); undefined for any other text, and from the year 2255 on, where a
 * number no longer holds every microsecond.
 */
export function parseMoment(text: string): Micros | undefined {
  const moment = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  return Number.isSafeInteger(moment) ? moment : undefined;
}

/** Where a question about a meter begins and ends. */
export const fromSchema = momentSchema(
  'Usage from here on; 400 days before `to` when not given, 31 where the events are read',
  '2026-11-01T00:00:00Z',
);
export const toSchema = momentSchema(
  'Usage before that moment; the end of today when not given',
  '2026-12-01T00:00:00Z',
);

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
  .meta({
    description: 'Whose hours, days and months the windows are; UTC when not given',
    examples: ['Europe/Stockholm'],
  });

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
