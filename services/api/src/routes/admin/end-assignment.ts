import { type Pool, unassignUser } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { assignmentSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  at: momentField('Since when the user has been on no cluster'),
  reason: reasonField,
  dryRun: dryRunField,
});

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    assignment: assignmentSchema.nullable().meta({ description: 'What ends then; null for nothing' }),
  })
  .meta({ id: 'EndedAssignment' });

/** `POST /v1/users/{id}/assignment/end` */
export function addEndAssignment(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'endAssignment',
    summary: 'Record that a user left their cluster in the past',
    description:
      'From then on the user has been on no cluster, whatever the history said. With an owner go the members who are ' +
      'on the same cluster. Refused if counted usage would be left without an overlapping assignment.',
    tags: ['Clusters'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: changed(
      'The assignment that ends then, or would',
      answerSchema,
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'USAGE_COUNTED_LATER',
    ),
  };
  app.post(
    '/v1/users/:id/assignment/end',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { at, reason, dryRun } = request.body;
      const wanted = { userId: request.params.id, from: at, reason, isDryRun: dryRun };
      const assignment = (await unassignUser(pool, changeOf(request), wanted)) ?? null;
      return { dryRun, assignment };
    },
  );
}
