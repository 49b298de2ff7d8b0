import type { z } from 'zod';
import type { EventProblem } from './errors.ts';

/** Longest list of problems told about one event: the first ones are what a person repairs first. */
export const PROBLEMS_MAX = 20;

/** Translates what zod found into our codes and RFC 6901 pointers. Only runs for refused events. */
export function formatIssues(issues: readonly z.core.$ZodIssue[], value: object): EventProblem[] {
  return issues.flatMap((issue) => formatIssue(issue, value)).slice(0, PROBLEMS_MAX);
}

function formatIssue(issue: z.core.$ZodIssue, value: object): EventProblem[] {
  const pointer = toPointer(issue.path);
  const found = valueAt(value, issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'UNKNOWN_FIELD',
      pointer: toPointer([...issue.path, key]),
      detail: 'not a field of this event type',
    }));
  if (found === undefined) return [{ code: 'MISSING_FIELD', pointer, detail: 'required' }];
  if (issue.code === 'invalid_value') return [{ code: 'UNSUPPORTED_SPEC_VERSION', pointer, detail: 'expected "1.0"' }];
  // JSON has no Infinity, but 1e400 reads as it: the type is right, the value is no decimal.
  if (issue.code === 'invalid_union' && typeof found === 'number')
    return [{ code: 'INVALID_QUANTITY', pointer, detail: 'expected a finite decimal number' }];
  return [{ code: 'WRONG_TYPE', pointer, detail: `expected ${expectedOf(issue)}, found ${jsonTypeOf(found)}` }];
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'number or decimal string';
  if (issue.code !== 'invalid_type') return 'another type';
  return issue.expected === 'record' ? 'object' : issue.expected;
}

function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A path consists of names of our schema, which no prototype has, and of keys that the value has. */
function valueAt(value: object, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, key) => Reflect.get(Object(current), key), value);
}

function toPointer(path: readonly PropertyKey[]): string {
  // A key may be any text a client sent: bounded, so that an answer cannot be blown up.
  return path.map((key) => `/${String(key).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
