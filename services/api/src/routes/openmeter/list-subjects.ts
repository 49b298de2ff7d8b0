import { listSubjects, type Pool, type SubjectRow } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { isUserId, RequestError, SUBJECT_LENGTH_MAX } from '@hopsmeter/usage';
import { z } from 'zod';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { PROBLEM_RESPONSES, problem } from '../../contract/problems.ts';

/** OpenMeter's form has no pages. So many are 3 MB; more are asked of `GET /v1/users`. */
const SUBJECTS_MAX = 20_000;

const subjectSchema = z
  .object({
    id: z.string().meta({ examples: ['auth0|507f1f78'] }),
    key: z.string().meta({ description: 'The same as `id`', examples: ['auth0|507f1f78'] }),
    displayName: z
      .string()
      .nullable()
      .meta({ description: 'Name, or else e-mail address', examples: ['Grace Hopper'] }),
    createdAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    updatedAt: z.string().meta({ description: 'The same as `createdAt`', examples: ['2026-11-22T14:05:00.123456Z'] }),
  })
  .meta({ id: 'OpenMeterSubject', description: "A user in OpenMeter's form" });

/** `GET /api/v1/subjects` and `GET /api/v1/subjects/{id}` */
export function addListSubjects(app: HttpApp, pool: Pool): void {
  const all = {
    operationId: 'listOpenMeterSubjects',
    summary: "List users, in OpenMeter's form",
    description: `All users by id, at most ${SUBJECTS_MAX}. An account owner gets those of their own account.`,
    tags: ['OpenMeter'],
    querystring: z.strictObject({}),
    response: {
      200: {
        description: 'The users',
        content: { 'application/json': { schema: z.array(subjectSchema).meta({ id: 'OpenMeterSubjects' }) } },
      },
      ...PROBLEM_RESPONSES,
    },
  };
  app.get('/api/v1/subjects', { schema: all, config: { access: 'any-owner' } }, async ({ caller }) => {
    const found = await read(pool, caller, { limit: SUBJECTS_MAX + 1 });
    if (found.length > SUBJECTS_MAX)
      throw new RequestError(
        'INVALID_REQUEST',
        `there are more than ${SUBJECTS_MAX} users: ask GET /v1/users by pages`,
      );
    return found;
  });
  const one = {
    operationId: 'readOpenMeterSubject',
    summary: "Read one user, in OpenMeter's form",
    description: 'One user of those that the caller may see.',
    tags: ['OpenMeter'],
    params: z.strictObject({
      id: z
        .string()
        .max(SUBJECT_LENGTH_MAX)
        .refine(isUserId, 'expected a user id')
        .meta({ description: 'User id', examples: ['auth0|507f1f78'] }),
    }),
    response: {
      200: { description: 'The user', content: { 'application/json': { schema: subjectSchema } } },
      ...PROBLEM_RESPONSES,
      404: problem('There is no such user, or none that the caller may see', 'NOT_FOUND'),
    },
  };
  app.get('/api/v1/subjects/:id', { schema: one, config: { access: 'any-owner' } }, async ({ caller, params }) => {
    const [found] = await read(pool, caller, { id: params.id, limit: 1 });
    if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no such user');
    return found;
  });
}

async function read(pool: Pool, caller: Caller, wanted: { readonly id?: string; readonly limit: number }) {
  const seen = accountsOf(caller);
  const accountOwnerId = seen === 'all' ? undefined : seen.id;
  return (await listSubjects(pool, { accountOwnerId, ...wanted })).map(describe);
}

function describe({ id, name, createdAt }: SubjectRow): z.input<typeof subjectSchema> {
  return { id, key: id, displayName: name, createdAt, updatedAt: createdAt };
}
