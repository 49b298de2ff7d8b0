import { parseUsageDay, type UsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { parameter, userIdSchema } from '../../contract/parameters.ts';

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

/** Whose usage is asked for. */
export const subjectsSchema = repeatable(subject, SUBJECTS_MAX, 'Only of these users');
