import { RequestError } from '@hopsmeter/usage';

/** Everything that can be wrong with a parameter, by its stable code. A code is never reused for another meaning. */
export const PARAMETER_ERRORS = {
  MISSING_PARAMETER: 'A required parameter is missing',
  REPEATED_PARAMETER: 'A parameter is given more than once',
  UNKNOWN_PARAMETER: 'The operation has no such parameter',
  INVALID_MONTH: 'A month is not of the form 2026-11',
  INVALID_DAY: 'A day is not of the form 2026-11-22, or does not exist',
  INVALID_RANGE: 'The range does not end after it starts',
  RANGE_TOO_LONG: 'The range is longer than allowed',
  INVALID_GROUP_BY: 'A grouping is unknown or named twice',
  TOO_MANY_GROUPS: 'The answer would hold more groups than allowed',
  INVALID_LIMIT: 'A limit is not a whole number within its bounds',
  INVALID_SORT: 'A list cannot be sorted like that',
  INVALID_CHOICE: 'A value is none of those that the parameter takes',
  INVALID_CURSOR: 'A cursor is not one that the list gave',
  AMBIGUOUS_EVENT: 'Several sources have an event with this id',
  INVALID_TEXT: 'A text is empty, too long or holds control characters',
} as const satisfies Record<string, string>;

export type ParameterErrorCode = keyof typeof PARAMETER_ERRORS;

/** One thing that is wrong with a parameter. */
export type ParameterProblem = {
  readonly parameter: string;
  readonly code: ParameterErrorCode;
  readonly detail: string;
};

/** A request whose parameters cannot be answered, with all that is wrong with them. */
export class ParameterError extends RequestError {
  readonly problems: readonly ParameterProblem[];

  constructor(problems: readonly ParameterProblem[], options: { readonly cause?: unknown } = {}) {
    super('INVALID_REQUEST', 'a parameter is invalid: see errors', options);
    this.name = 'ParameterError';
    this.problems = problems;
  }
}
