import type { RequestErrorCode } from '@hopsmeter/usage';
import type { z } from 'zod';
import { answer, changeProblems, PROBLEM_RESPONSES } from './problems.ts';

/** Rows of a page of these lists: staff read them on a screen. */
export const ROWS_MAX = 500;
export const ROWS_DEFAULT = 100;

/** The largest body: the longest id, name, e-mail address, address and reason, each character written as `\uXXXX`. */
export const BODY_BYTES_MAX = 16_384;

/** Answers of a route that changes something. @param rules the codes of its own, of the statuses 400 and 409. */
export function changed<S extends z.ZodType>(description: string, schema: S, ...rules: readonly RequestErrorCode[]) {
  return { ...answer(description, schema), ...changeProblems(rules) };
}

/** Answers of a route that creates something: 201 when it is new, 200 when it was there. */
export function created<S extends z.ZodType>(description: string, schema: S, ...rules: readonly RequestErrorCode[]) {
  return { 201: answer(description, schema)[200], ...changed('It was there already', schema, ...rules) };
}

/** Answers of a list. */
export function listed<S extends z.ZodType>(description: string, schema: S) {
  return { ...answer(description, schema), ...PROBLEM_RESPONSES };
}

/** Answers of a route whose work is done by a worker, within seconds. */
export function accepted<S extends z.ZodType>(description: string, schema: S, ...rules: readonly RequestErrorCode[]) {
  const { 200: done, ...problems } = changed(description, schema, ...rules);
  return { 202: done, ...problems };
}
