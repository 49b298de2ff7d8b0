import { type HttpApp, type ProblemItem, sendProblem } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { FieldErrorCode } from './fields.ts';

/** Most problems told in one answer; a body has a handful of fields. */
const PROBLEMS_MAX = 20;

/** Longest name of an unknown field that is told back. */
const NAME_LENGTH_MAX = 100;

/** Answers a wrong body with a code for each field; every other error stays with the scope around. */
export function addFieldProblems(scope: HttpApp): void {
  scope.setErrorHandler((thrown, request, reply) => {
    if (!hasZodFastifySchemaValidationErrors(thrown) || thrown.validationContext !== 'body') throw thrown;
    const items = thrown.validation.flatMap(({ keyword, instancePath, message, params }) =>
      readItems({ keyword, pointer: instancePath, message: message ?? 'not valid', params }, request.body),
    );
    const error = new RequestError('INVALID_REQUEST', 'the body is invalid: see errors', { cause: thrown });
    return sendProblem(reply, error, items.slice(0, PROBLEMS_MAX));
  });
}

type Issue = {
  readonly keyword: string;
  readonly pointer: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
};

type FieldItem = ProblemItem & { readonly code: FieldErrorCode };

const unknownKeysSchema = z.object({ keys: z.array(z.string()) });

/** What the fields add to an issue of their own; nothing else sets it. */
const ownParamsSchema = z.object({ params: z.object({ code: z.custom<FieldErrorCode>(() => true) }) });

function readItems({ keyword, pointer, message, params }: Issue, body: unknown): FieldItem[] {
  const unknownKeys = unknownKeysSchema.safeParse(params);
  if (keyword === 'unrecognized_keys' && unknownKeys.success)
    return unknownKeys.data.keys.map((key) => ({
      pointer: `${pointer === '/' ? '' : pointer}/${escapeKey(key.slice(0, NAME_LENGTH_MAX))}`,
      code: 'UNKNOWN_FIELD',
      detail: 'unknown field',
    }));
  const own = ownParamsSchema.safeParse(params);
  if (own.success) return [{ pointer, code: own.data.params.code, detail: message }];
  if (pointer === '/' || pointer === '') return [{ pointer: '', code: 'WRONG_TYPE', detail: message }];
  if (isMissing(body, pointer)) return [{ pointer, code: 'MISSING_FIELD', detail: 'required' }];
  return [{ pointer, code: 'WRONG_TYPE', detail: message }];
}

/** RFC 6901, section 3. */
function escapeKey(key: string): string {
  return key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Whether what holds the field of a pointer is there, and the field is not. */
function isMissing(body: unknown, pointer: string): boolean {
  let value = body;
  for (const name of pointer.slice(1).split('/')) {
    if (typeof value !== 'object' || value === null) return false;
    if (!Object.hasOwn(value, name)) return true;
    value = Reflect.get(value, name);
  }
  return false;
}
