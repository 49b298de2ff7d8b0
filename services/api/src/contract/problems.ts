import type { HttpApp } from '@hopsmeter/runtime';
import { type ProblemItem, sendProblem, statusOf } from '@hopsmeter/runtime';
import type { RequestErrorCode } from '@hopsmeter/usage';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  PARAMETER_ERRORS,
  ParameterError,
  type ParameterErrorCode,
  type ParameterProblem,
} from './parameter-errors.ts';

const problemSchema = z
  .object({
    type: z.string().meta({ examples: ['urn:hopsmeter:error:INVALID_REQUEST'] }),
    title: z.string().meta({ examples: ['The request does not have the documented form'] }),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ examples: [400] }),
    detail: z.string().meta({ examples: ['expected a month such as 2026-11'] }),
    instance: z.string().meta({
      examples: ['urn:request:0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'],
      description: 'Names the request in our logs',
    }),
    code: z.string().meta({ description: 'Stable; decide by this one', examples: ['INVALID_REQUEST'] }),
    errors: z
      .array(
        z.union([
          z.object({
            parameter: z.string().meta({ description: 'Name of the parameter', examples: ['month'] }),
            code: z.enum(Object.keys(PARAMETER_ERRORS)),
            detail: z.string().meta({ examples: ['expected a month such as 2026-11'] }),
          }),
          z.object({
            pointer: z.string().meta({ description: 'JSON pointer of the field in the body', examples: ['/amount'] }),
            code: z.string().meta({ description: 'Stable', examples: ['MISSING_FIELD'] }),
            detail: z.string().meta({ examples: ['expected a month such as 2026-11'] }),
          }),
        ]),
      )
      .optional()
      .meta({ description: 'What is wrong with the parameters, or with the fields of the body' }),
  })
  .meta({ id: 'Problem', description: 'An RFC 9457 problem' });

/** What a route answers with when all is well. */
export function answer<S extends z.ZodType>(description: string, schema: S) {
  return { 200: { description, content: { 'application/json': { schema } } } };
}

/** What a route answers with when something is wrong, and all codes that it then can have. */
export const problem = (description: string, ...codes: readonly [RequestErrorCode, ...RequestErrorCode[]]) => ({
  description: `${description}. ${codes.map((code) => `\`${code}\``).join(', ')}`,
  content: { 'application/problem+json': { schema: problemSchema } },
});

const INVALID = 'A parameter or the body is wrong; `errors` says which and how';

/** The problems that every route below /v1 can answer with. */
export const PROBLEM_RESPONSES = {
  400: problem('A parameter is wrong; `errors` says which and how', 'INVALID_REQUEST'),
  401: problem('The Authorization header holds no valid token or key', 'UNAUTHENTICATED'),
  403: problem('The caller is not allowed to do that', 'FORBIDDEN'),
  406: problem('The address has none of the content types that `Accept` names', 'NOT_ACCEPTABLE'),
  429: problem('Too many requests; retry after Retry-After seconds', 'RATE_LIMITED'),
  500: problem('Something went wrong on our side', 'INTERNAL'),
  503: problem('The database is not responding; retry after Retry-After seconds', 'NOT_READY'),
};

export const NOT_FOUND_RESPONSE = { 404: problem('No such account', 'NOT_FOUND') };

/**
 * The problems of a route that has a body, or changes something.
 *
 * @param rules the codes of its own, of the statuses 400 and 409.
 */
export function changeProblems(rules: readonly RequestErrorCode[]) {
  const invalid = rules.filter((code) => statusOf(code) === 400);
  const [rule, ...others] = rules.filter((code) => statusOf(code) === 409);
  return {
    ...PROBLEM_RESPONSES,
    400: problem(INVALID, 'INVALID_REQUEST', 'INVALID_JSON', ...invalid),
    404: problem('What the address names does not exist', 'NOT_FOUND'),
    ...(rule === undefined ? {} : { 409: problem('A rule forbids it', rule, ...others) }),
    413: problem('The body is too large', 'BODY_TOO_LARGE'),
    415: problem('The body is not JSON', 'UNSUPPORTED_MEDIA_TYPE'),
  };
}

/** Most problems told in one answer; an address has a handful of parameters. */
const PROBLEMS_MAX = 20;

/** Longest name of an unknown parameter that is told back. */
const NAME_LENGTH_MAX = 100;

/**
 * Answers wrong parameters with a code for each; every other error stays with the shell. A route that says nothing of
 * its parameters takes none: a change must not be made because `?dryRun=true` was read by nobody.
 */
export function addParameterProblems(scope: HttpApp): void {
  scope.addHook('onRoute', (route) => {
    if (route.schema?.querystring === undefined) route.schema = { ...route.schema, querystring: z.strictObject({}) };
  });
  scope.setErrorHandler((thrown, request, reply) => {
    const error = toParameterError(thrown, request.query);
    if (error === undefined) throw thrown;
    const items: readonly ProblemItem[] = error.problems.slice(0, PROBLEMS_MAX);
    return sendProblem(reply, error, items);
  });
}

function toParameterError(thrown: unknown, query: unknown): ParameterError | undefined {
  if (thrown instanceof ParameterError) return thrown;
  if (!hasZodFastifySchemaValidationErrors(thrown)) return undefined;
  const problems = thrown.validation.flatMap(({ keyword, instancePath, message, params }) =>
    readProblems({ keyword, name: instancePath.slice(1), message: message ?? 'not valid', params }, query),
  );
  return new ParameterError(problems, { cause: thrown });
}

type Issue = {
  readonly keyword: string;
  readonly name: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** What the parameter schemas add to an issue of their own. */
const ownParamsSchema = z.object({ params: z.object({ code: z.custom<ParameterErrorCode>(isParameterErrorCode) }) });

const unknownKeysSchema = z.object({ keys: z.array(z.string()) });

function readProblems({ keyword, name, message, params }: Issue, query: unknown): ParameterProblem[] {
  const unknownKeys = unknownKeysSchema.safeParse(params);
  if (keyword === 'unrecognized_keys' && unknownKeys.success)
    return unknownKeys.data.keys.map((key) => ({
      parameter: key.slice(0, NAME_LENGTH_MAX),
      code: 'UNKNOWN_PARAMETER',
      detail: 'unknown parameter',
    }));
  const own = ownParamsSchema.safeParse(params);
  if (own.success) return [{ parameter: name, code: own.data.params.code, detail: message }];
  // The only thing left is the type: every parameter is one text.
  const isGiven = typeof query === 'object' && query !== null && name in query;
  return isGiven
    ? [{ parameter: name, code: 'REPEATED_PARAMETER', detail: 'expected only once' }]
    : [{ parameter: name, code: 'MISSING_PARAMETER', detail: 'required' }];
}

function isParameterErrorCode(value: unknown): value is ParameterErrorCode {
  return typeof value === 'string' && Object.hasOwn(PARAMETER_ERRORS, value);
}
