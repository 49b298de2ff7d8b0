import type { z } from 'zod';
import { SourceError } from '../source-error.ts';
import { excerpt } from './ask.ts';

/** A text, in which digits are no number, or a number. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A whole number that a double may not hold exactly. */
const LARGE_INTEGER = /^-?\d{16,}$/;

/**
 * Reads JSON of a form. Whole numbers of 16 digits and more come as texts: a double would round them.
 *
 * @throws SourceError ANSWER_UNREADABLE
 */
export function readJson<S extends z.ZodType>(text: string, schema: S, whom: string): z.output<S> {
  const parsed = schema.safeParse(parse(text, whom));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'it';
  throw new SourceError('ANSWER_UNREADABLE', `${whom} answered something else: ${place}: ${issue?.message}`);
}

function parse(text: string, whom: string): unknown {
  try {
    const exact = text.replace(TEXT_OR_NUMBER, (found) => (LARGE_INTEGER.test(found) ? `"${found}"` : found));
    return JSON.parse(exact);
  } catch (error) {
    const said = text.trim() === '' ? 'nothing' : excerpt(text);
    throw new SourceError('ANSWER_UNREADABLE', `${whom} did not answer with JSON: ${said}`, { cause: error });
  }
}
