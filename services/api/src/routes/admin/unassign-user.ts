import { type Pool, unassignUser } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { assignmentSchema } from './schemas.ts';

const answerSchema = z
  .object({
    assignment: assignmentSchema.nullable().meta({ description: 'What ended; null when the user was on no cluster' }),
  })
  .meta({ id: 'Unassigned' });

/** `DELETE /v1/users/{id}/assignment` */
export function addUnassignUser(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'unassignUser',
    summary: 'Take a user off their cluster',
    description: 'With an owner go the members who are on the same cluster. The past stays.',
    tags: ['Clusters'],
    params: z.strictObject({ id: accountIdSchema }),
    response: changed('The assignment that ended', answerSchema, 'MEMBER_FOLLOWS_OWNER'),
  };
  app.delete('/v1/users/:id/assignment', { schema, config: { access: 'admin' } }, async (request) => ({
    assignment: (await unassignUser(pool, changeOf(request), { userId: request.params.id })) ?? null,
  }));
}
